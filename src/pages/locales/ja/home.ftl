home-title = ようこそ
home-heading = ログインはここひとつで
home-lead = このサーバーは、ご本人が名乗ったあとで、その人が誰であるかをアプリに伝えます。OAuth{ "\u00A0" }2.0 と OpenID{ "\u00A0" }Connect に対応しています。名前の Vidimus は「われわれは見た」という意味で、証人の印が押された写しを指す古い言葉です。
home-demo = デモアプリを試す
home-demo-more = ログインの全体を両側から、すべてのメッセージの説明付きで見られます。
home-developers = アプリを開発する方へ
home-issuer = Issuer
home-discovery = Discovery
home-developers-more = どの OpenID Connect ライブラリーでも、Issuer を設定すれば、残りは自動的に見つかります。

# アプリに回答を渡すページ。
posting-title = お待ちください
posting-heading = アプリに戻ります
posting-lead = アプリに戻るところです。何も起こらない場合は、ボタンを押してください。
