# すべてのページ、または複数のページに出る文。

error-title = エラー：{ $title }
page-origin = このページは { $host } のものです。ブラウザーのアドレスバーの表示と同じであることを確認してください。
language-choice = 言語
skip-to-content = 本文へ移動
close-page = このページは閉じてかまいません。
continue = 続ける
allow = 許可する
deny = 許可しない
you-are = { $name } さんとしてログインしています。
you-are-known-as = { $name } さん（{ $username }）としてログインしています。
not-you = 別の人ですか？
password-not-shared = パスワードが共有されることはありません。
sent-now = 今回送信される内容：
form-stale = このフォームは有効期限が切れていました。
try-again-in = { $seconds } 秒待ってから、もう一度お試しください。
try-again-in-minutes = { $minutes } 分待ってから、もう一度お試しください。
try-again-in-hours = { $hours } 時間待ってから、もう一度お試しください。
