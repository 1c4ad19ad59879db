error-unknown-app = このアプリは登録されていません
error-unknown-app-more = 移動元のアプリは、こちらに登録されていません。アプリには何も渡されていません。
error-app-disabled = このアプリは停止されています
error-app-disabled-more = { $app }では、現在ログインできません。何も渡されていません。
error-wrong-address = アプリが誤った戻り先アドレスを送ってきました
error-wrong-address-more = { $app }から、登録されていないアドレスへ移動するよう求められました。アプリの作成者にお知らせください。何も渡されていません。
error-request-used = このリクエストにはすでに回答しました
error-request-used-more = { $app }はすでに回答を受け取っている可能性があります。アプリに戻り、ログインできていない場合は、もう一度ログインしてください。
error-request-old = このリクエストは古すぎます
error-request-again = { $app }から改めて移動する必要があります。アプリに戻って、もう一度ログインしてください。何も渡されていません。
error-request-unreadable = アプリが読み取れないリクエストを送ってきました
error-request-unreadable-more = { $app }から、受け付けられない形式のリクエストが送られてきました。アプリの作成者にお知らせください。何も渡されていません。
error-request-repeated-more = { $app }から同じ項目が二度送られてきたため、どちらが正しいか判断できません。アプリの作成者にお知らせください。何も渡されていません。
# アプリの名前がわからないときに、上の $app に入る語。
error-some-app = 移動元のアプリ

error-fault = サーバー側で問題が発生しました
error-fault-more = 何も変更されず、何も渡されていません。しばらくしてから、もう一度お試しください。
error-not-found = ここには何もありません
error-not-found-more = アドレスが間違っているか、ページがなくなった可能性があります。

error-details = 開発者向けの詳細
error-details-code = エラー
error-details-rule = サーバーの規則
error-details-client = クライアント
error-details-received = 受信した { $parameter }
error-details-time = 日時
error-details-request = リクエスト

busy-heading = しばらくお待ちください
busy-lead = ただいま大変混み合っています。{ $seconds } 秒後に、このページを再読み込みしてください。
busy-nothing-lost = 送信された内容は、失われても途中までの処理にもなっていません。
busy-request = リクエスト { $id }
