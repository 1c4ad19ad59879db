consent-title = السماح بالوصول
consent-heading = هل تريد منح { $client } حق الوصول؟
consent-loopback = هذا برنامج على هذا الحاسوب يقول إن اسمه «{ $client }».
consent-loopback-more = لا تسمح له إلا إذا كنت قد شغَّلته بنفسك للتو.
consent-unverified = تطبيق غير موثَّق: لم يتحقق أحد هنا ممَّن يديره.
consent-unverified-published = ينشره { $host }. لا تسمح له إلا إذا كنت تعرف من أين أتيت.
consent-unverified-name = اختار اسمه بنفسه. لا تسمح له إلا إذا كنت تعرف من أين أتيت.
consent-asks = يريد { $client }
consent-choose = أزِل علامة الاختيار عمّا تفضّل عدم مشاركته.
consent-known = ما سمحتَ به لهذا التطبيق من قبل يبقى مسموحًا به.
consent-lasts-session = ينتهي هذا الوصول عند تسجيل خروجك.
consent-lasts-days =
    { $days ->
        [one] إذا سمحتَ له بالاحتفاظ بالوصول فإنه ينتهي بعد يوم واحد على الأكثر، وإلا فعند تسجيل خروجك.
        [two] إذا سمحتَ له بالاحتفاظ بالوصول فإنه ينتهي بعد يومين على الأكثر، وإلا فعند تسجيل خروجك.
        [few] إذا سمحتَ له بالاحتفاظ بالوصول فإنه ينتهي بعد { $days } أيام على الأكثر، وإلا فعند تسجيل خروجك.
       *[other] إذا سمحتَ له بالاحتفاظ بالوصول فإنه ينتهي بعد { $days } يومًا على الأكثر، وإلا فعند تسجيل خروجك.
    }
consent-undo = يمكنك سحبه في أي وقت:
consent-destination = سيُرسَل الرد إلى { $host }.
consent-destination-loopback = سيُرسَل الرد إلى { $host }، أي إلى هذا الحاسوب.
consent-about = حول { $client }
consent-policy = سياسة الخصوصية
consent-terms = شروط الخدمة

# ما يطلبه التطبيق: كل سطر تتمة لعبارة «consent-asks».
scope-openid = معرفة أنك أنت في كل مرة تسجِّل فيها الدخول
scope-profile = الاطلاع على اسمك وملفك الشخصي
scope-email = الاطلاع على بريدك الإلكتروني
scope-address = الاطلاع على عنوانك البريدي
scope-phone = الاطلاع على رقم هاتفك
scope-groups = الاطلاع على المجموعات التي تنتمي إليها
scope-roles = الاطلاع على أدوارك
scope-offline-access = الاحتفاظ بهذا الوصول في غيابك إلى أن تسحبه
scope-other = استخدام «{ $scope }» نيابةً عنك

# بيانات مفردة (OpenID Connect Core §5.1).
claim-name = الاطلاع على اسمك
claim-family-name = الاطلاع على اسم عائلتك
claim-given-name = الاطلاع على اسمك الأول
claim-middle-name = الاطلاع على اسمك الأوسط
claim-nickname = الاطلاع على لقبك
claim-preferred-username = الاطلاع على اسم المستخدم
claim-profile = الاطلاع على عنوان صفحتك الشخصية
claim-picture = الاطلاع على صورتك
claim-website = الاطلاع على عنوان موقعك
claim-gender = الاطلاع على نوع جنسك
claim-birthdate = الاطلاع على تاريخ ميلادك
claim-zoneinfo = الاطلاع على منطقتك الزمنية
claim-locale = الاطلاع على لغتك
claim-updated-at = معرفة وقت آخر تغيير في ملفك الشخصي
claim-email = الاطلاع على بريدك الإلكتروني
claim-email-verified = معرفة ما إذا كان بريدك الإلكتروني مؤكَّدًا
claim-address = الاطلاع على عنوانك البريدي
claim-phone-number = الاطلاع على رقم هاتفك
claim-phone-number-verified = معرفة ما إذا كان رقم هاتفك مؤكَّدًا
claim-other = الاطلاع على «{ $claim }»

# ما سيُرسَل حين لا يكون قيمة أدخلها الشخص.
value-unconfirmed = { $value } (غير مؤكَّد)
value-yes = نعم
value-no = لا
value-none = لا شيء بعد، لم تقدِّم هذه المعلومة
value-empty = لا شيء
