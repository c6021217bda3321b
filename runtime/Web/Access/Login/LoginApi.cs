using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PlantRuntime.Web.Access.Requests;
using PlantRuntime.Web.Access.Users;
using PlantRuntime.Web.Api;
using PlantRuntime.Web.Listening;
using static PlantRuntime.Web.Api.RouteParameter;

namespace PlantRuntime.Web.Access.Login;

/// <summary>
/// Login, logout and the user of the session in the API. Requests come on the thread pool, several at a time; keeps no state.
/// </summary>
/// <param name="login">Checks passwords.</param>
/// <param name="users">The accounts.</param>
/// <param name="requests">Open requests, which end with their user.</param>
/// <param name="audit">Records logins and changes of users.</param>
internal sealed class LoginApi(LoginService login, UserDirectory users, OpenRequests requests, AuditTrail audit)
{
    /// <summary>The path of the login.</summary>
    public const string LoginPath = "/api/login";

    /// <summary>The path that <c>plant user</c> tells a running host about changes.</summary>
    public const string ChangedPath = "/api/users/changed";
    private const int MostCharacters = 1024;

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(LoginPath, LogInAsync).AllowAnonymous().Describe(
            new RouteDescription("Logs a user in: the response sets the cookie of the session",
                Required("user", "the name"), Required("password", "the password"))
                { Failure = (StatusCodes.Status429TooManyRequests, "Too many failed logins: Retry-After has the seconds to wait") });
        routes.MapPost("/api/logout", LogOutAsync).AllowAnonymous().Describe(
            new RouteDescription("Ends the session") { ContentType = null, Status = StatusCodes.Status204NoContent });
        routes.MapGet("/api/session", ShowAsync).AllowAnonymous().Describe("The user of the request and the role; null for none");
        routes.MapPost(ChangedPath, NoteChangeAsync).RequireRole(Roles.Engineer).Describe(
            new RouteDescription("Tells the host that plant user has changed the users; on the socket only",
                Required("action", "the word for the audit log"), Required("name", "the user"))
                { ContentType = null, Status = StatusCodes.Status204NoContent });
    }

    private async Task LogInAsync(HttpContext context)
    {
        if (context.Features.Get<EndpointFeature>()?.Kind != EndpointKind.Web)
            throw new ApiException(StatusCodes.Status404NotFound, "the site's socket needs no login");
        var body = await ApiResponse.ReadAsync(context).ConfigureAwait(false);
        var (name, password) = (ApiResponse.Text(body, "user"), ApiResponse.Text(body, "password"));
        if (name.Length > MostCharacters || password.Length > MostCharacters)
            throw new ApiException(StatusCodes.Status400BadRequest, $"user and password have at most {MostCharacters} characters");
        var address = ClientKey.AddressOf(context);
        var result = await login.CheckAsync(name, password, address, context.RequestAborted).ConfigureAwait(false);
        if (result.Account is { } account)
        {
            var principal = SiteAuthenticationHandler.Principal(account);
            await context.SignInAsync(SiteAuthenticationHandler.Session, principal).ConfigureAwait(false);
            await WriteAsync(context, account.Name, account.Role).ConfigureAwait(false);
            return;
        }

        if (result.RetryAfter is not { } pause)
        {
            const string Wrong = "user or password is wrong";
            var detail = users.Problem is null ? Wrong : "nobody can log in, because the file of the users is not valid: see the log of the site";
            await ApiResponse.WriteProblemAsync(context, StatusCodes.Status401Unauthorized, detail).ConfigureAwait(false);
            return;
        }

        var seconds = Math.Max(1, (int)Math.Ceiling(pause.TotalSeconds));
        await ApiResponse.WriteProblemAsync(context, StatusCodes.Status429TooManyRequests,
            $"too many failed logins: try again in {seconds} s; open sessions go on",
            new KeyValuePair<string, string>("Retry-After", seconds.ToString(CultureInfo.InvariantCulture))).ConfigureAwait(false);
    }

    private async Task LogOutAsync(HttpContext context)
    {
        if (context.User.Identity is { AuthenticationType: SiteAuthenticationHandler.Session, Name: { } user })
        {
            await context.SignOutAsync(SiteAuthenticationHandler.Session).ConfigureAwait(false);
            await audit.AppendAsync(user, ClientKey.AddressOf(context), "logout", "done").ConfigureAwait(false);
            requests.EndInvalid();
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static Task ShowAsync(HttpContext context) =>
        WriteAsync(context, context.User.Identity?.Name, Roles.All.LastOrDefault(context.User.IsInRole));

    /// <summary>Records a change of <c>users.json</c> by <c>plant user</c>, and ends what the change does not allow any longer.</summary>
    private async Task NoteChangeAsync(HttpContext context)
    {
        if (context.Features.Get<EndpointFeature>()?.Kind != EndpointKind.Socket)
            throw new ApiException(StatusCodes.Status404NotFound, "users are changed with plant user");
        var body = await ApiResponse.ReadAsync(context).ConfigureAwait(false);
        var (action, name) = (ApiResponse.Text(body, "action"), ApiResponse.Text(body, "name"));
        await audit.AppendAsync(context.User.Identity!.Name!, null, action, "done", name).ConfigureAwait(false);
        requests.EndInvalid();
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static Task WriteAsync(HttpContext context, string? user, string? role) =>
        ApiResponse.WriteAsync(context, new JsonObject { ["user"] = user, ["role"] = role });
}
