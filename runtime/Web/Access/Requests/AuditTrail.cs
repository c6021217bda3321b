using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PlantRuntime.Engine.Devices.Writes;
using PlantRuntime.Logging;
using PlantRuntime.Web.Access.Users;
using PlantRuntime.Web.Listening;

namespace PlantRuntime.Web.Access.Requests;

/// <summary>
/// Writes logins and the actions of users to the audit log. An action is written before its response is sent. Owned by
/// <see cref="WebAccess"/>; any thread.
/// </summary>
/// <param name="audit">The audit log.</param>
/// <param name="users">The accounts.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Receives lock-outs.</param>
internal sealed class AuditTrail(AuditLog audit, UserDirectory users, TimeProvider time, PlantLog log)
{
    // Guesses must not fill the disk or push older entries out of the audit log.
    private readonly LogLimit _failures = new(time, TimeSpan.FromMinutes(1), burst: 20);
    private readonly LogLimit _lockouts = new(time, TimeSpan.FromMinutes(1), burst: 20);

    /// <summary>Names the object of a request's action for the audit log.</summary>
    public static void SetSubject(HttpContext context, string subject)
    {
        if (context.Features.Get<AuditedAction>() is { } action) action.Subject = subject;
    }

    /// <summary>Names the user of a request as the audit log does: <c>user anna at 10.0.0.7</c>.</summary>
    public static string Who(HttpContext context) =>
        IsSocket(context) ? $"user {context.User.Identity!.Name}" : $"user {context.User.Identity!.Name} at {ClientKey.AddressOf(context)}";

    /// <summary>Records an action of a user.</summary>
    public Task AppendAsync(
        string user, IPAddress? address, string action, string outcome, string? subject = null, string? reason = null) =>
        audit.AppendAsync(new UserAction($"user {user}", address?.ToString(), action, Bounded(subject), outcome, Bounded(reason)));

    /// <summary>Records a failed login; further ones within a minute are counted only. A lock-out of a user is always recorded.</summary>
    public async Task FailedAsync(string name, IPAddress address, bool isLocked, bool isAddressLocked)
    {
        // A name that no user has may be a password that was typed into the wrong field.
        var user = users.Find(name)?.Name;
        var shown = user ?? "unknown";
        if (_failures.TryAcquire(out var suppressed))
            await AppendAsync(shown, address, "login", "refused", reason: suppressed > 0 ? $"and {suppressed} others before" : null)
                .ConfigureAwait(false);
        if (!isLocked && !isAddressLocked) return;
        var subject = isLocked ? "account" : "address";
        if (_lockouts.TryAcquire(out suppressed))
            log.Warn($"LOGIN user={shown} address={address} locked={subject}{LogText.Suppressed(suppressed)} next=\"no password is checked for 5 min\"");
        else if (user is null) return;
        await AppendAsync(shown, address, "lock", "done", subject, "too many failed logins").ConfigureAwait(false);
    }

    /// <summary>Records the request if its route is <see cref="RouteAudit.Audited"/>, as soon as its status is known.</summary>
    public async Task RecordAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<AuditedRoute>() is not { } route)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        context.Features.Set(new AuditedAction());
        context.Response.OnStarting(() => AppendAsync(context, route));
        await next(context).ConfigureAwait(false);
    }

    private Task AppendAsync(HttpContext context, AuditedRoute route)
    {
        // Anybody can send requests without a login; those who log in and have no right are recorded.
        var status = context.Response.StatusCode;
        if (status == StatusCodes.Status401Unauthorized) return Task.CompletedTask;
        return AppendAsync(context.User.Identity?.Name ?? "unknown", IsSocket(context) ? null : ClientKey.AddressOf(context), route.Action,
            status < 400 ? "done" : status == StatusCodes.Status403Forbidden ? "refused" : "failed",
            context.Features.Get<AuditedAction>()?.Subject, status < 400 ? null : $"HTTP {status}");
    }

    private static bool IsSocket(HttpContext context) => context.Features.Get<EndpointFeature>()?.Kind == EndpointKind.Socket;

    private static string? Bounded(string? text) => text is null ? null : LogText.Sanitize(text, 200);

    private sealed class AuditedAction
    {
        public string? Subject { get; set; }
    }
}

/// <summary>Marks a route whose requests are written to the audit log. Immutable.</summary>
/// <param name="Action">The word for it in the audit log.</param>
internal sealed record AuditedRoute(string Action);

/// <summary>Declares routes whose requests change the site. Stateless.</summary>
internal static class RouteAudit
{
    /// <summary>Writes each request of the route to the audit log.</summary>
    public static IEndpointConventionBuilder Audited(this IEndpointConventionBuilder route, string action) =>
        route.WithMetadata(new AuditedRoute(action));
}
