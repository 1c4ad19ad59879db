consent-title = Permitir el acceso
consent-heading = ¿Dar acceso a { $client }?
consent-loopback = Este es un programa de este equipo que dice llamarse «{ $client }».
consent-loopback-more = Permítalo solo si acaba de iniciarlo usted.
consent-unverified = Aplicación no verificada: nadie aquí ha comprobado quién está detrás.
consent-unverified-published = La publica { $host }. Permítala solo si sabe de dónde ha venido.
consent-unverified-name = Ella misma eligió su nombre. Permítala solo si sabe de dónde ha venido.
consent-asks = { $client } quiere
consent-choose = Desmarque lo que prefiera no compartir.
consent-known = Lo que ya había permitido a esta aplicación sigue permitido.
consent-lasts-session = Este acceso termina cuando cierra la sesión.
consent-lasts-days =
    { $days ->
        [one] Si le permite conservar el acceso, termina a más tardar tras { $days } día; si no, cuando cierra la sesión.
       *[other] Si le permite conservar el acceso, termina a más tardar tras { $days } días; si no, cuando cierra la sesión.
    }
consent-undo = Puede retirarlo en cualquier momento:
consent-destination = La respuesta se enviará a { $host }.
consent-destination-loopback = La respuesta se enviará a { $host }, es decir, a este equipo.
consent-about = Acerca de { $client }
consent-policy = Política de privacidad
consent-terms = Condiciones del servicio

# Lo que pide una aplicación: cada línea es la continuación de «consent-asks».
scope-openid = saber que es usted cada vez que inicie sesión
scope-profile = ver su nombre y su perfil
scope-email = ver su dirección de correo electrónico
scope-address = ver su dirección postal
scope-phone = ver su número de teléfono
scope-groups = ver a qué grupos pertenece
scope-roles = ver qué roles tiene
scope-offline-access = conservar este acceso en su ausencia, hasta que usted lo retire
scope-other = usar «{ $scope }» en su nombre

# Datos sueltos (OpenID Connect Core §5.1).
claim-name = ver su nombre completo
claim-family-name = ver su apellido
claim-given-name = ver su nombre de pila
claim-middle-name = ver su segundo nombre
claim-nickname = ver su apodo
claim-preferred-username = ver su nombre de usuario
claim-profile = ver la dirección de su página de perfil
claim-picture = ver su foto
claim-website = ver la dirección de su sitio web
claim-gender = ver su género
claim-birthdate = ver su fecha de nacimiento
claim-zoneinfo = ver su zona horaria
claim-locale = ver su idioma
claim-updated-at = ver cuándo cambió su perfil por última vez
claim-email = ver su dirección de correo electrónico
claim-email-verified = ver si su dirección de correo electrónico está confirmada
claim-address = ver su dirección postal
claim-phone-number = ver su número de teléfono
claim-phone-number-verified = ver si su número de teléfono está confirmado
claim-other = ver «{ $claim }»

# Lo que se enviará, cuando no es un valor que haya dado la persona.
value-unconfirmed = { $value } (sin confirmar)
value-yes = sí
value-no = no
value-none = nada todavía: usted no lo ha indicado
value-empty = ninguno
