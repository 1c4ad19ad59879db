consent-title = アクセスの許可
consent-heading = { $client } のアクセスを許可しますか？
consent-loopback = これは、このコンピューター上で「{ $client }」と名乗っているプログラムです。
consent-loopback-more = ご自身で今起動した場合にだけ許可してください。
consent-unverified = 未確認のアプリ：運営者を確認した人は、ここには誰もいません。
consent-unverified-published = { $host } で公開されています。どこから来たかがわかっている場合にだけ許可してください。
consent-unverified-name = 名前はアプリが自分で付けたものです。どこから来たかがわかっている場合にだけ許可してください。
consent-asks = { $client } が求めていること
consent-choose = 共有したくない項目のチェックを外してください。
consent-known = このアプリに以前許可した内容は、引き続き許可されます。
consent-lasts-session = このアクセスは、ログアウトすると終了します。
consent-lasts-days = アクセスの維持を許可した場合は最長 { $days } 日間、許可しない場合はログアウトするまで有効です。
consent-undo = いつでも取り消せます：
consent-destination = 回答は { $host } に送られます。
consent-destination-loopback = 回答は { $host }、つまりこのコンピューターに送られます。
consent-about = { $client } について
consent-policy = プライバシーポリシー
consent-terms = 利用規約

# アプリが求めること。「consent-asks」の見出しに続く項目。
scope-openid = ログインのたびに、ご本人であることを知る
scope-profile = 名前とプロフィールを見る
scope-email = メールアドレスを見る
scope-address = 住所を見る
scope-phone = 電話番号を見る
scope-groups = 所属するグループを見る
scope-roles = 付与されたロールを見る
scope-offline-access = 取り消されるまで、離れている間もこのアクセスを保持する
scope-other = あなたに代わって「{ $scope }」を使う

# 個々の情報（OpenID Connect Core §5.1）。
claim-name = 氏名を見る
claim-family-name = 姓を見る
claim-given-name = 名を見る
claim-middle-name = ミドルネームを見る
claim-nickname = ニックネームを見る
claim-preferred-username = ユーザー名を見る
claim-profile = プロフィールページのアドレスを見る
claim-picture = 写真を見る
claim-website = ウェブサイトのアドレスを見る
claim-gender = 性別を見る
claim-birthdate = 生年月日を見る
claim-zoneinfo = タイムゾーンを見る
claim-locale = 言語を見る
claim-updated-at = プロフィールの最終更新日時を見る
claim-email = メールアドレスを見る
claim-email-verified = メールアドレスが確認済みかどうかを見る
claim-address = 住所を見る
claim-phone-number = 電話番号を見る
claim-phone-number-verified = 電話番号が確認済みかどうかを見る
claim-other = 「{ $claim }」を見る

# 送信される内容のうち、本人が入力した値ではないもの。
value-unconfirmed = { $value }（未確認）
value-yes = はい
value-no = いいえ
value-none = まだ登録されていないため、何も送られません
value-empty = なし
