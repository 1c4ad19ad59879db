factor-heading = Escriba su código
factor-heading-recovery = Usar un código de recuperación
factor-heading-mail = Escriba el código de su correo
factor-mail-lead = Se han escrito muchas contraseñas incorrectas para esta cuenta. Para que no entre nadie más, hemos enviado un código a su dirección de correo.
factor-mail-code = Código del correo
factor-mail-code-hint = Ocho cifras. Vale durante diez minutos, en este navegador.
factor-wrong-mail = Mire el correo más reciente: cada inicio de sesión tiene su propio código.
factor-wrong = Ese código no es correcto.
factor-wrong-app = Mire otra vez su aplicación: un código vale medio minuto.
factor-wrong-clock = Mire otra vez su aplicación: un código vale medio minuto. Si sigue sin ser correcto, compruebe la hora de su teléfono.
factor-wrong-recovery = Compruébelo letra por letra. Cada código de recuperación sirve una sola vez.
factor-used = Ese código ya se ha usado.
factor-used-more = Espere a que su aplicación muestre el siguiente.
factor-too-many = Demasiados intentos.
factor-stale-more = No se ha perdido nada: escriba un código una vez más.
factor-code = Código de su aplicación de autenticación
factor-code-hint = Seis cifras.
factor-recovery-code = Código de recuperación
factor-recovery-code-hint = 24 letras y cifras. Las mayúsculas y los guiones no importan.
factor-remember =
    { $days ->
        [one] No preguntar en este dispositivo durante { $days } día
       *[other] No preguntar en este dispositivo durante { $days } días
    }
factor-use-recovery = Usar un código de recuperación
factor-use-app = Usar su aplicación de autenticación
factor-somebody-else = Entrar como otra persona
set-up-heading = Configurar un segundo factor
set-up-lead = Su cuenta necesita un segundo factor además de la contraseña.
set-up-lead-client = Para continuar a { $client }, su cuenta necesita un segundo factor además de la contraseña.
set-up-scan = Escanee esta imagen con una aplicación de autenticación, o escriba en ella la clave.
set-up-picture = Código QR con la clave de abajo
set-up-key = Clave
set-up-name = Nombre de esta aplicación
set-up-name-hint = Para que la reconozca, por ejemplo «Mi teléfono». Puede dejarlo vacío.
set-up-code = Código que muestra la aplicación
set-up-has-one = Su cuenta ya tiene un segundo factor.
set-up-has-one-more = Por favor, entre otra vez.
recovery-heading = Sus códigos de recuperación
recovery-lead = Anótelos y guárdelos con sus otros papeles importantes.
recovery-once = Solo se muestran ahora.
recovery-once-more = Cada uno le deja entrar una vez, en lugar de un código de su aplicación, el día en que no la tenga.
recovery-save = Guardar en un archivo
recovery-file = codigos-de-recuperacion
recovery-copy = Copiar
recovery-copied = Copiado
recovery-print = Imprimir
recovery-onward = Los he anotado
factors-heading = Segundos factores
factors-lead = Una aplicación de autenticación en su teléfono detiene a quien conoce su contraseña.
factors-manage = Administrarlos
factors-apps = Aplicaciones de autenticación
factors-apps-some = Cada una puede mostrar el código que se le pide.
factors-apps-none = Todavía no tiene ninguna. Con una, nadie entra solo con su contraseña.
factors-rename = Guardar el nombre
factors-remove = Quitar esta aplicación
factors-add = Añadir una aplicación
factors-codes-left =
    { $count ->
        [one] Queda { $count } código.
       *[other] Quedan { $count } códigos.
    }
factors-make-codes = Crear códigos nuevos
factors-make-codes-hint = Los anteriores dejan de servir.
factors-devices = Dispositivos recordados
factors-devices-more = En estos no se pide su código.
factors-forget = Olvidar
