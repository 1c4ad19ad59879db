home-title = Le damos la bienvenida
home-heading = Un solo lugar para iniciar sesión
home-lead = Este servidor dice a las aplicaciones quién es usted, después de que usted lo haya dicho. Habla OAuth{ "\u00A0" }2.0 y OpenID{ "\u00A0" }Connect, y se llama Vidimus: «hemos visto», la antigua palabra para una copia con el sello de un testigo.
home-demo = Probar la aplicación de demostración
home-demo-more = Un inicio de sesión completo, desde ambos lados, con cada mensaje explicado.
home-developers = Para su aplicación
home-issuer = Emisor
home-discovery = Descubrimiento
home-developers-more = Indique el emisor a cualquier biblioteca de OpenID Connect; lo demás lo encontrará por sí misma.

# La página que entrega una respuesta a una aplicación.
posting-title = Un momento
posting-heading = De vuelta a la aplicación
posting-lead = Le llevamos de vuelta. Si no ocurre nada, pulse el botón.
