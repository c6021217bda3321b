using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Net.Http.Headers;
using PlantRuntime.Web.Access.Login;
using PlantRuntime.Web.Api;

namespace PlantRuntime.Web.Access.Requests;

/// <summary>
/// The rules for requests with <c>behind_proxy</c>. The middleware of ASP.NET Core replaces address and scheme of a request by those that a
/// trusted proxy names; without the name of a client, all users of the proxy would seem to be one, on this machine and without TLS. Each
/// method is a middleware. Stateless; any thread.
/// </summary>
internal static class ProxyRules
{
    private const string Health = "/health";

    /// <summary>Removes the mark of the middleware, which a client could send. Runs before that middleware.</summary>
    public static Task RemoveMarkAsync(HttpContext context, RequestDelegate next)
    {
        context.Request.Headers.Remove(ForwardedHeadersDefaults.XOriginalForHeaderName);
        return next(context);
    }

    /// <summary>
    /// Refuses requests for which no trusted proxy names a client, except health, and programs of this machine that send a token. Runs after
    /// that middleware.
    /// </summary>
    public static Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers.ContainsKey(ForwardedHeadersDefaults.XOriginalForHeaderName)
            || context.Request.Path.StartsWithSegments(Health) || IsOfProgram(context.Request))
            return next(context);
        throw new ApiException(StatusCodes.Status403Forbidden, "no proxy names the client of this request: with behind_proxy the proxy must "
            + "send X-Forwarded-For with an address and be on this machine or listed in proxies of [web]; programs of this machine may send "
            + "a token or use data/host.sock");
    }

    private static bool IsOfProgram(HttpRequest request) => request.Path != LoginApi.LoginPath
        && request.Headers[HeaderNames.Authorization].ToString().StartsWith(SiteAuthenticationHandler.Bearer, StringComparison.Ordinal);
}
