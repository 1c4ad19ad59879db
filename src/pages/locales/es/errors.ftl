error-unknown-app = No conocemos esta aplicación
error-unknown-app-more = La aplicación que le ha enviado aquí no está registrada con nosotros. No se ha compartido nada con ella.
error-app-disabled = Esta aplicación está desactivada
error-app-disabled-more = { $app } no puede iniciar la sesión de nadie por el momento. No se ha compartido nada.
error-wrong-address = Esta aplicación envió una dirección de retorno incorrecta
error-wrong-address-more = { $app } nos pidió que le enviáramos a una dirección que no conocemos. Avise a sus responsables; no se ha compartido nada.
error-request-used = Esta solicitud ya fue respondida
error-request-used-more = { $app } puede tener ya la respuesta: vuelva allí y, si la sesión no se ha iniciado, iníciela otra vez.
error-request-old = Esta solicitud es demasiado antigua
error-request-again = { $app } debe enviarle aquí de nuevo: vuelva allí e inicie sesión otra vez. No se ha compartido nada.
error-request-unreadable = Esta aplicación envió una solicitud que no se puede leer
error-request-unreadable-more = { $app } hizo su solicitud de una manera que no podemos aceptar. Avise a sus responsables; no se ha compartido nada.
error-request-repeated-more = { $app } dijo lo mismo dos veces y no podemos saber cuál creer. Avise a sus responsables; no se ha compartido nada.
# Ocupa el lugar de $app al principio de la frase cuando no se conoce su nombre.
error-some-app = La aplicación que le ha enviado aquí

error-fault = Algo ha fallado por nuestra parte
error-fault-more = No se ha cambiado ni compartido nada. Vuelva a intentarlo dentro de un momento.
error-not-found = Aquí no hay nada
error-not-found-more = Puede que la dirección esté mal escrita o que lo que indicaba ya no exista.

error-details = Detalles para desarrolladores
error-details-code = Código de error
error-details-rule = Nuestra regla
error-details-client = Cliente
error-details-received = { $parameter } recibido
error-details-time = Hora
error-details-request = Solicitud

busy-heading = Un momento, por favor
busy-lead =
    { $seconds ->
        [one] Hay más personas de las que podemos atender a la vez. Vuelva a cargar esta página dentro de { $seconds } segundo.
       *[other] Hay más personas de las que podemos atender a la vez. Vuelva a cargar esta página dentro de { $seconds } segundos.
    }
busy-nothing-lost = Nada de lo que envió se ha perdido ni ha quedado a medias.
busy-request = Solicitud { $id }
