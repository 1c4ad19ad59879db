home-title = مرحبًا
home-heading = مكان واحد لتسجيل الدخول
home-lead = يُعلِم هذا الخادم التطبيقات بهويتك بعد أن تُثبتها بنفسك. وهو يتحدث OAuth{ "\u00A0" }2.0 وOpenID{ "\u00A0" }Connect، واسمه Vidimus: «لقد رأينا»، وهي كلمة قديمة تُطلَق على نسخة تحمل ختم شاهد.
home-demo = تجربة التطبيق التوضيحي
home-demo-more = عملية تسجيل دخول كاملة من الجانبين، مع شرح كل رسالة.
home-developers = لتطبيقك
home-issuer = جهة الإصدار
home-discovery = مستند الاكتشاف
home-developers-more = أعطِ جهة الإصدار لأي مكتبة OpenID Connect، وستجد كل ما عداها بنفسها.

# الصفحة التي تسلِّم الرد إلى التطبيق.
posting-title = لحظة
posting-heading = العودة إلى التطبيق
posting-lead = تجري إعادتك إلى التطبيق. إذا لم يحدث شيء فاضغط على الزر.
