using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Net.Http.Headers;
using PlantRuntime.Web.Access.Login;
using PlantRuntime.Web.Api;

namespace PlantRuntime.Web.Access.Requests;

/// <summary>
/// The rule for requests with <c>behind_proxy</c>. ASP.NET Core replaces address and scheme of a request by those that a trusted proxy
/// names; without the name of a client, all users of the proxy would seem to be one, on this machine and without TLS. Stateless; any
/// thread.
/// </summary>
internal static class ProxyRules
{
    private const string Health = "/health";

    /// <summary>
    /// Refuses requests that name no client, except health, and programs of this machine that send a token. A middleware; runs before the
    /// one that replaces the address.
    /// </summary>
    public static Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        if (NamesClient(context.Request) || context.Request.Path.StartsWithSegments(Health) || IsOfProgram(context.Request))
            return next(context);
        throw new ApiException(StatusCodes.Status403Forbidden, "no proxy names the client of this request: with behind_proxy the proxy must "
            + "send X-Forwarded-For with an address; programs of this machine may send a token or use data/host.sock");
    }

    /// <summary>True if the last entry, which the proxy in front of this host has added, is an address.</summary>
    private static bool NamesClient(HttpRequest request)
    {
        var names = request.Headers[ForwardedHeadersDefaults.XForwardedForHeaderName].ToString();
        return IPEndPoint.TryParse(names.AsSpan(names.LastIndexOf(',') + 1).Trim(), out _);
    }

    private static bool IsOfProgram(HttpRequest request) =>
        request.Path != LoginApi.LoginPath && request.Headers[HeaderNames.Authorization].ToString()
            .StartsWith(SiteAuthenticationHandler.Bearer, StringComparison.OrdinalIgnoreCase);
}
