using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using PlantRuntime.Web.Api;
using PlantRuntime.Web.Listening;

namespace PlantRuntime.Web.Access.Requests;

/// <summary>
/// The rules for requests on the address of <c>[web]</c> that ASP.NET Core has no middleware for: TLS, bounds of the body, security headers
/// and the origin of changes. Each method is a middleware. Stateless; any thread.
/// </summary>
internal static class RequestRules
{
    /// <summary>Largest body of a request, in bytes.</summary>
    public const int MaxBody = 1 << 20;

    /// <summary>The header that scripts of other sites cannot send.</summary>
    public const string RequestHeader = "X-Plant-Request";
    private const string ContentSecurity =
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";
    private static readonly MinDataRate s_leastResponseRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(10));

    /// <summary>Refuses plain HTTP from other machines and bodies that are too long, and adds the security headers.</summary>
    public static Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        context.Features.Get<IHttpMinResponseDataRateFeature>()?.MinDataRate = s_leastResponseRate;
        context.Response.OnStarting(static state =>
        {
            var headers = ((HttpContext)state).Response.Headers;
            headers.ContentSecurityPolicy = ContentSecurity;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            return Task.CompletedTask;
        }, context);

        if (!context.Request.IsHttps && !IPAddress.IsLoopback(ClientKey.AddressOf(context)))
            throw new ApiException(StatusCodes.Status403Forbidden, "other machines need TLS: use https, through the proxy if there is one; "
                + "the proxy must send X-Forwarded-Proto and be listed in proxies of [web]");
        if (context.Request.ContentLength > MaxBody)
            throw new ApiException(StatusCodes.Status413PayloadTooLarge, $"the body of a request has at most {MaxBody} bytes");
        return next(context);
    }

    /// <summary>
    /// Answers paths and methods that no route has with 404 and 405, for those who may read; others are asked to log in, so that they do
    /// not learn what there is. Runs after authentication.
    /// </summary>
    public static Task AnswerUnknownAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is RouteEndpoint || !context.User.IsInRole(Roles.Viewer)) return next(context);

        // Routing has chosen an endpoint that answers 405 if another method has a route.
        if (context.GetEndpoint()?.RequestDelegate is { } answer) return answer(context);
        throw new ApiException(StatusCodes.Status404NotFound,
            "this version of the host has nothing at this path: /openapi.json lists its paths");
    }

    /// <summary>
    /// Refuses changes that a page of another site makes with the browser of a logged-in user. Runs after authentication.
    /// </summary>
    public static Task CheckOriginAsync(HttpContext context, RequestDelegate next)
    {
        var method = context.Request.Method;
        var isChange = !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method);
        if (!isChange || context.Features.Get<EndpointFeature>()?.Kind != EndpointKind.Web) return next(context);
        var (origin, site) = (context.Request.Headers.Origin.ToString(), context.Request.Headers["Sec-Fetch-Site"].ToString());
        if ((origin.Length > 0 && !IsOwn(origin, context.Request)) || site is not ("" or "same-origin"))
            throw new ApiException(StatusCodes.Status403Forbidden,
                "the request comes from a page of another site; behind a proxy, let it pass Host and X-Forwarded-Proto on");
        if (context.User.Identity?.AuthenticationType != SiteAuthenticationHandler.Session) return next(context);
        if (context.Request.Headers[RequestHeader] != "1" || (origin.Length == 0 && site.Length == 0))
            throw new ApiException(StatusCodes.Status403Forbidden,
                $"a change by a logged-in user needs the headers {RequestHeader}: 1 and Origin; programs use a token instead of a login");
        return next(context);
    }

    private static bool IsOwn(string origin, HttpRequest request) => Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && uri.Scheme == request.Scheme
        && Uri.TryCreate($"{request.Scheme}://{request.Host.Value}", UriKind.Absolute, out var own)
        && string.Equals(uri.Authority, own.Authority, StringComparison.OrdinalIgnoreCase);
}
