"""How lists are cut into pages."""

from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """Numbered pages; the client may choose a size up to 500 rows."""

    page_size_query_param = "page_size"
    max_page_size = 500
