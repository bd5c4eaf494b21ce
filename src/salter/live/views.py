"""The state of channels for pages that can't hold a stream, and where the stream is for those that can."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from salter.live import channels, origins


@never_cache
@require_safe
def state(request: HttpRequest) -> HttpResponse:
    """`{"stream": address, "state": {channel: word}}`; a channel that isn't his is simply not there."""
    if not request.user.is_authenticated:
        return JsonResponse({"stream": "", "state": {}}, status=401)
    user = request.user
    wanted = request.GET.getlist("channel")[: channels.MOST_CHANNELS]
    words = {channel: word for channel in wanted if (word := channels.state(user, channel)) is not None}
    return JsonResponse({"stream": origins.stream_url(request) if words else "", "state": words})
