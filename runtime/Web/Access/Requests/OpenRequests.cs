using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using PlantRuntime.Web.Access.Login;

namespace PlantRuntime.Web.Access.Requests;

/// <summary>
/// Ends open requests, such as streams, when the session or token that allowed them has ended. Owned by <see cref="WebAccess"/>, which
/// calls <see cref="EndInvalid"/> every few seconds; any thread.
/// </summary>
/// <param name="sessions">The sessions, which are not idle while a request is open.</param>
internal sealed class OpenRequests(SessionStore sessions)
{
    private readonly ConcurrentDictionary<OpenRequest, CancellationTokenSource> _open = new();

    /// <summary>Notes how to find out whether the user of a request may still make it.</summary>
    public static void SetValidity(HttpContext context, Func<bool> isValid, string? session = null) =>
        context.Features.Set(new OpenRequest(isValid, session));

    /// <summary>Registers a request while it runs. Runs after authentication.</summary>
    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<OpenRequest>() is not { } request)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        context.RequestAborted = end.Token;
        _open[request] = end;
        if (request.Session is not null) sessions.Enter(request.Session);
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            _open.TryRemove(request, out _);
            if (request.Session is not null) sessions.Leave(request.Session);
        }
    }

    /// <summary>Ends the requests whose session or token has ended.</summary>
    public void EndInvalid()
    {
        foreach (var (request, end) in _open)
        {
            try
            {
                if (!request.IsValid()) end.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The request has ended meanwhile.
            }
        }
    }

    private sealed class OpenRequest(Func<bool> isValid, string? session)
    {
        public Func<bool> IsValid => isValid;

        public string? Session => session;
    }
}
