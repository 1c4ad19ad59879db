mail-greeting = { $name } 様
mail-greeting-nameless = こんにちは。
mail-link-hint = ボタンが動かない場合は、次のアドレスを開いてください。
mail-link-once = このリンクは一度だけ、短い間だけ使えます。
mail-nothing-to-do = お心当たりがない場合は、何もする必要はありません。
mail-was-you = ご本人であれば、何もする必要はありません。
mail-not-you = お心当たりがない場合は、すぐに新しいパスワードを設定してください。
mail-lock-lead = お心当たりがない場合は、今すぐアカウントをロックしてください。もう一度開くまで、誰も使えなくなります。
mail-lock-action = アカウントをロックする
mail-footer = このメールは、あなたのアドレスが { $realm } に登録されたためお送りしています。リンクは誰にも渡さないでください。

mail-confirm-address-subject = { $realm } のアドレスを確認してください
mail-confirm-address-lead = このアドレスがご自分のものであることを確認してください。確認が済むと、{ $realm } のアカウントが使えるようになります。
mail-confirm-address-action = アドレスを確認する
mail-confirm-address-not-you = 登録した覚えがない場合は、何もしないでください。リンクを開かなければアカウントは作られません。

mail-already-registered-subject = { $realm } のアカウントはすでにあります
mail-already-registered-lead = どなたか（おそらくご本人）が、このアドレスで { $realm } に登録しようとしました。すでにアカウントがあるため、何も変更されていません。
mail-already-registered-action = サインインする

mail-reset-password-subject = { $realm } の新しいパスワードを設定してください
mail-reset-password-lead = どなたか（おそらくご本人）が、{ $realm } のアカウントの新しいパスワードを求めました。
mail-reset-password-action = 新しいパスワードを設定する
mail-reset-password-not-you = お心当たりがない場合は、何もしないでください。パスワードは今のままです。

mail-no-account-subject = { $realm } にこのアドレスのアカウントはありません
mail-no-account-lead = どなたか（おそらくご本人）が、{ $realm } で新しいパスワードを求めました。このアドレスのアカウントはありません。別のアドレスで登録されたのかもしれません。

mail-invitation-subject = { $realm } に招待されています
mail-invitation-lead = { $realm } のアカウントを作るよう招待されています。
mail-invitation-action = 招待を受ける
mail-invitation-unknown = お心当たりがない場合は、何もしないでください。

mail-confirm-new-address-subject = { $realm } の新しいアドレスを確認してください
mail-confirm-new-address-lead = このアドレスがご自分のものであることを確認してください。確認が済むと、{ $realm } のアカウントのアドレスになります。確認済みのアドレスがすでにある場合は、そちらの同意も必要です。
mail-confirm-new-address-action = 新しいアドレスを確認する
mail-confirm-new-address-not-you = お心当たりがない場合は、何もしないでください。アカウントのアドレスは元のままです。

mail-agree-to-new-address-subject = { $realm } のアカウントの新しいアドレスに同意してください
mail-agree-to-new-address-lead = { $realm } のアカウントに別のアドレスが指定されました。あなたが同意し、新しいアドレスの確認が済むと、このアドレスに代わります。
mail-agree-to-new-address-action = 新しいアドレスに同意する

mail-address-changing-subject = アカウントのアドレスが変わろうとしています
mail-address-changing-lead = { $realm } のアカウントに別のアドレスが指定されました。確認が済みしだい、このアドレスに代わります。

mail-address-replaced-subject = アカウントのアドレスが変更されました
mail-address-replaced-lead = 管理者が { $realm } のアカウントのアドレスを別のものに変えたか、このアドレスを外しました。ここに届いたリンクやコードではもうアカウントを使えませんが、ロックすることはできます。

mail-password-changed-subject = パスワードが変更されました
mail-password-changed-lead = { $realm } のアカウントのパスワードが変更されました。

mail-factor-changed-subject = サインイン方法が変更されました
mail-factor-changed-lead = { $realm } のアカウントのサインイン方法が追加または削除されました。

mail-recovery-code-used-subject = リカバリーコードが使われました
mail-recovery-code-used-lead =
    { $realm } のアカウントへのサインインにリカバリーコードが使われました。
    { $left ->
        [0] 残りはありません。今すぐ新しいコードを作ってください。
       *[other] 残りは { $left } 個です。
    }

mail-recovery-codes-made-subject = 新しいリカバリーコードが作成されました
mail-recovery-codes-made-lead = { $realm } のアカウントの新しいリカバリーコードが作成されました。以前のコードはもう使えません。

mail-factors-reset-subject = 第 2 要素が削除されました
mail-factors-reset-lead = 管理者が { $realm } のアカウントの第 2 要素を、リカバリーコードも含めてすべて削除しました。今後はパスワードだけでサインインできます。

mail-new-device-subject = 新しい端末でサインインがありました
mail-new-device-lead = { $realm } のアカウントが、これまでに見たことのない端末で使われました。

mail-access-stolen-subject = アカウントのサインインを終了しました
mail-access-stolen-lead = { $realm } のアカウントへのアプリのアクセスが、コピーされたかのように二か所から使われました。安全のため、そのアクセスを終了しました。該当するブラウザがまだサインインしていた場合は、サインアウトし、そこでアプリに与えられたアクセスもすべて終了しました。次のアプリです。
mail-access-stolen-more = アプリの不具合の可能性もあります。心当たりがない場合や、繰り返し起こる場合は、アカウントをロックしてください。

mail-sign-in-code-subject = { $realm } の確認コード
mail-sign-in-code-lead = { $realm } のアカウントのパスワードが、何度も誤って入力されたあとに正しく入力されました。続けるには、サインイン中の画面に次のコードを入力してください。
mail-sign-in-code-more = このコードは誰にも教えないでください。10分間有効です。

mail-account-deleted-subject = アカウントが削除されました
mail-account-deleted-lead = { $realm } のアカウントは停止され、{ $until } に完全に削除されます。
mail-account-deleted-action = アカウントを残す
mail-account-deleted-more = 削除してよい場合は、何もする必要はありません。

mail-test-subject = { $realm } からのテストメール
mail-test-lead = このメールは、{ $realm } がメールを送れることを示すものです。何もする必要はありません。
