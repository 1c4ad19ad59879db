// Old words only: the page must go on in every browser that runs scripts at all.
document.getElementById("form-post").submit();
