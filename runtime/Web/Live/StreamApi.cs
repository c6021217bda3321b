using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PlantRuntime.Web.Access;
using PlantRuntime.Web.Api;

namespace PlantRuntime.Web.Live;

/// <summary>
/// <c>/api/stream</c>: server-sent events with changed values, states and log lines. One request per open page, each on the thread pool
/// while it writes; never holds up the feed.
/// </summary>
/// <param name="feed">Makes the events.</param>
/// <param name="time">The clock.</param>
internal sealed class StreamApi(LiveFeed feed, TimeProvider time)
{
    private const int Piece = 64 << 10;

    // A reader that takes nothing for so long has gone.
    private static readonly TimeSpan s_stuck = TimeSpan.FromSeconds(60);

    /// <summary>Most streams of one address, so that one client cannot take the places of all others.</summary>
    private const int MaxPerAddress = 32;

    private readonly ConcurrentDictionary<IPAddress, int> _open = new();

    /// <summary>Adds the route.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/stream", SendAsync).RequireRole(Roles.Viewer).Describe(
        new RouteDescription("Server-sent events: all tags and states at first, then what changes, and log lines")
            { ContentType = "text/event-stream" });

    private async Task SendAsync(HttpContext context)
    {
        // The socket has no address, and its user may open all that there are.
        var address = context.Connection.RemoteIpAddress;
        if (address is not null && _open.AddOrUpdate(address, 1, static (_, count) => count + 1) > MaxPerAddress)
        {
            Release(address);
            throw new ApiException(StatusCodes.Status503ServiceUnavailable,
                $"{MaxPerAddress} pages are open at {address}, which is the limit for one address: close one that nobody looks at");
        }

        try
        {
            await SubscribeAsync(context).ConfigureAwait(false);
        }
        finally
        {
            if (address is not null) Release(address);
        }
    }

    private void Release(IPAddress address)
    {
        if (_open.AddOrUpdate(address, 0, static (_, count) => count - 1) <= 0)
            _open.TryRemove(new KeyValuePair<IPAddress, int>(address, 0));
    }

    private async Task SubscribeAsync(HttpContext context)
    {
        var subscription = feed.TrySubscribe() ?? throw new ApiException(StatusCodes.Status503ServiceUnavailable,
            $"{LiveFeed.MaxStreams} pages are open, which is the limit: close one that nobody looks at");
        try
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";

            // A reverse proxy that collects the events would show them late.
            context.Response.Headers["X-Accel-Buffering"] = "no";
            await SendAsync(context, subscription).ConfigureAwait(false);
        }
        finally
        {
            feed.Unsubscribe(subscription);
        }
    }

    private async Task SendAsync(HttpContext context, StreamSubscription subscription)
    {
        while (await subscription.ReadAsync(context.RequestAborted).ConfigureAwait(false) is { } frame)
        {
            try
            {
                await WriteAsync(context, frame.Bytes).ConfigureAwait(false);
            }
            finally
            {
                frame.Release();
            }
        }
    }

    /// <summary>Writes in pieces, because a connection copies what it cannot send at once, and frames are shared.</summary>
    private async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> bytes)
    {
        for (var rest = bytes; rest.Length > 0; rest = rest[Math.Min(Piece, rest.Length)..])
        {
            var written = context.Response.Body.WriteAsync(rest[..Math.Min(Piece, rest.Length)], context.RequestAborted);
            if (!written.IsCompletedSuccessfully) await written.AsTask().WaitAsync(s_stuck, time).ConfigureAwait(false);
        }
    }
}
