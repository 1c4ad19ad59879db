mail-greeting = Hola, { $name }:
mail-greeting-nameless = Hola:
mail-link-hint = Si el botón no hace nada, abra esta dirección:
mail-link-once = El enlace sirve una sola vez y por poco tiempo.
mail-nothing-to-do = Si no ha sido usted, no tiene que hacer nada.
mail-was-you = Si ha sido usted, no tiene que hacer nada.
mail-not-you = Si no ha sido usted, elija enseguida una contraseña nueva.
mail-lock-lead = Si no ha sido usted, bloquee su cuenta ahora. Nadie podrá usarla hasta que usted vuelva a abrirla.
mail-lock-action = Bloquear mi cuenta
mail-footer = Recibe este correo porque se indicó su dirección en { $realm }. No pase sus enlaces a nadie.

mail-confirm-address-subject = Confirme su dirección para { $realm }
mail-confirm-address-lead = Confirme que esta dirección es suya. Entonces su cuenta en { $realm } estará lista.
mail-confirm-address-action = Confirmar la dirección
mail-confirm-address-not-you = Si no se ha registrado, no haga nada: sin el enlace no se crea ninguna cuenta.

mail-already-registered-subject = Ya tiene una cuenta en { $realm }
mail-already-registered-lead = Alguien, probablemente usted, se ha registrado con esta dirección en { $realm }. Ya tiene una cuenta, así que no ha cambiado nada.
mail-already-registered-action = Iniciar sesión

mail-reset-password-subject = Elija una contraseña nueva para { $realm }
mail-reset-password-lead = Alguien, probablemente usted, ha pedido una contraseña nueva para su cuenta en { $realm }.
mail-reset-password-action = Elegir una contraseña nueva
mail-reset-password-not-you = Si no ha sido usted, no haga nada: su contraseña sigue igual.

mail-no-account-subject = No hay ninguna cuenta con esta dirección en { $realm }
mail-no-account-lead = Alguien, probablemente usted, ha pedido una contraseña nueva en { $realm }. No hay ninguna cuenta con esta dirección: quizá se registró con otra.

mail-invitation-subject = Tiene una invitación a { $realm }
mail-invitation-lead = Está invitado a crear una cuenta en { $realm }.
mail-invitation-action = Aceptar la invitación
mail-invitation-unknown = Si no sabe de qué se trata, no haga nada.

mail-confirm-new-address-subject = Confirme su nueva dirección para { $realm }
mail-confirm-new-address-lead = Confirme que esta dirección es suya. Entonces será la dirección de su cuenta en { $realm }; si la cuenta ya tiene una dirección confirmada, esta también debe dar su acuerdo.
mail-confirm-new-address-action = Confirmar la nueva dirección
mail-confirm-new-address-not-you = Si no lo ha pedido, no haga nada: la cuenta conserva su dirección anterior.

mail-agree-to-new-address-subject = Acepte la nueva dirección de su cuenta en { $realm }
mail-agree-to-new-address-lead = Se ha indicado otra dirección para su cuenta en { $realm }. Sustituirá a esta cuando usted la acepte y la nueva dirección se confirme:
mail-agree-to-new-address-action = Aceptar la nueva dirección

mail-address-changing-subject = La dirección de su cuenta va a cambiar
mail-address-changing-lead = Se ha indicado otra dirección para su cuenta en { $realm }. Sustituirá a esta en cuanto se confirme.

mail-address-replaced-subject = Se ha cambiado la dirección de su cuenta
mail-address-replaced-lead = La administración ha dado otra dirección a su cuenta en { $realm } o ha quitado esta. Nada de lo que se envió aquí abre ya la cuenta; todavía puede bloquearla.

mail-password-changed-subject = Su contraseña ha cambiado
mail-password-changed-lead = La contraseña de su cuenta en { $realm } ha cambiado.

mail-factor-changed-subject = Han cambiado las formas de entrar en su cuenta
mail-factor-changed-lead = Se ha añadido o quitado una forma de entrar en su cuenta en { $realm }:

mail-recovery-code-used-subject = Se ha usado un código de recuperación
mail-recovery-code-used-lead =
    Se ha usado un código de recuperación para entrar en su cuenta en { $realm }.
    { $left ->
        [0] No queda ninguno: cree otros ahora.
        [one] Queda uno.
       *[other] Quedan { $left }.
    }

mail-recovery-codes-made-subject = Se han creado nuevos códigos de recuperación
mail-recovery-codes-made-lead = Se han creado nuevos códigos de recuperación para su cuenta en { $realm }. Los anteriores ya no sirven.

mail-factors-reset-subject = Se han quitado sus segundos factores
mail-factors-reset-lead = La administración ha quitado todos los segundos factores de su cuenta en { $realm }, también los códigos de recuperación. Desde ahora basta su contraseña para entrar.

mail-new-device-subject = Inicio de sesión en un dispositivo nuevo
mail-new-device-lead = Su cuenta en { $realm } se ha usado en un dispositivo que no conocíamos:

mail-access-stolen-subject = Hemos terminado una sesión de su cuenta
mail-access-stolen-lead = El acceso de una aplicación a su cuenta en { $realm } se usó desde dos lados, como si alguien lo hubiera copiado. Por seguridad, lo hemos terminado. Si el navegador correspondiente seguía con la sesión iniciada, la hemos cerrado y hemos terminado todos los accesos concedidos en él a aplicaciones. Fue esta aplicación:
mail-access-stolen-more = Puede ser un error de la aplicación. Si no la conoce o esto se repite, bloquee su cuenta.

mail-sign-in-code-subject = Su código para { $realm }
mail-sign-in-code-lead = La contraseña de su cuenta en { $realm } se ha escrito después de muchas incorrectas. Para continuar, escriba este código donde está iniciando sesión:
mail-sign-in-code-more = No se lo diga a nadie. Vale durante diez minutos.

mail-account-deleted-subject = Su cuenta se ha eliminado
mail-account-deleted-lead = Su cuenta en { $realm } está desactivada y desaparecerá para siempre el { $until }.
mail-account-deleted-action = Conservar mi cuenta
mail-account-deleted-more = Si quiere que desaparezca, no tiene que hacer nada.

mail-test-subject = Un correo de prueba de { $realm }
mail-test-lead = Este correo muestra que { $realm } puede enviar correo. No tiene que hacer nada.
