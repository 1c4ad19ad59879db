# Lo que aparece en todas las páginas, o en varias.

error-title = Error: { $title }
page-origin = Esta página es de { $host }. Compruebe que la barra de direcciones de su navegador diga lo mismo.
language-choice = Idioma
skip-to-content = Ir al contenido
close-page = Ya puede cerrar esta página.
continue = Continuar
allow = Permitir
deny = Denegar
you-are = Usted es { $name }.
you-are-known-as = Usted es { $name } ({ $username }).
not-you = ¿No es usted?
password-not-shared = Su contraseña nunca se comparte.
sent-now = Se enviará ahora:
form-stale = Este formulario ya no era válido.
try-again-in =
    { $seconds ->
        [one] Espere { $seconds } segundo y vuelva a intentarlo.
       *[other] Espere { $seconds } segundos y vuelva a intentarlo.
    }
try-again-in-minutes =
    { $minutes ->
        [one] Espere { $minutes } minuto y vuelva a intentarlo.
       *[other] Espere { $minutes } minutos y vuelva a intentarlo.
    }
try-again-in-hours =
    { $hours ->
        [one] Espere { $hours } hora y vuelva a intentarlo.
       *[other] Espere { $hours } horas y vuelva a intentarlo.
    }
