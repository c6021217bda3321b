using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using PlantRuntime.Web.Access.Login;
using PlantRuntime.Web.Access.Requests;
using PlantRuntime.Web.Access.Users;
using PlantRuntime.Web.Api;
using PlantRuntime.Web.Listening;

namespace PlantRuntime.Web.Access;

/// <summary>
/// Identifies the user of a request: on the site's socket the user who runs the command, as engineer; on the address of <c>[web]</c> the
/// owner of a token or of a session, or the anonymous reader. The role is that of the account at the time of the request. Created by
/// ASP.NET Core for each request.
/// </summary>
internal sealed class SiteAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, WebAccess access)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The name of the authentication scheme.</summary>
    public const string SchemeName = "site";

    /// <summary>The authentication type of a user who has logged in, and the scheme of the cookie.</summary>
    public const string Session = "session";

    /// <summary>Begins the header <c>Authorization</c> of a request with a token.</summary>
    public const string Bearer = "Bearer ";
    private const string Socket = "socket";
    private const string Token = "token";
    private const string Anonymous = "anonymous";

    /// <summary>Creates the principal of a session; its stamp ends the session when the password changes.</summary>
    public static ClaimsPrincipal Principal(Account account) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.Name, account.Name), new Claim(ClaimTypes.Hash, account.Password!)], Session));

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        switch (Context.Features.Get<EndpointFeature>()?.Kind)
        {
            case EndpointKind.Socket: return Success(SocketUser(), Roles.Engineer, Socket);
            case not EndpointKind.Web: return AuthenticateResult.NoResult();
        }

        if (Request.Path == LoginApi.LoginPath)
        {
            // A login begins a new session: the cookie of an earlier one may have been planted by somebody who knows it.
            Request.Headers.Remove(HeaderNames.Cookie);
            return AuthenticateResult.NoResult();
        }

        var header = Request.Headers.Authorization.ToString();
        if (header.Length > 0) return AuthenticateToken(header);
        if (await AuthenticateSessionAsync().ConfigureAwait(false) is { } session) return session;
        return access.Options?.Anonymous is { } role ? Success(null, role, Anonymous) : AuthenticateResult.NoResult();
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        const string Remedy = "log in with POST /api/login, or send Authorization: Bearer with a token (plant user token)";
        return RefuseAsync(StatusCodes.Status401Unauthorized, access.Users.Problem is null ? Remedy
            : "nobody can log in, because the file of the users is not valid: see the log of the site");
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Context.User.Identity is { AuthenticationType: not Anonymous, Name: { } name }
            ? RefuseAsync(StatusCodes.Status403Forbidden, $"the role of {name} is not sufficient for this request")
            : HandleChallengeAsync(properties);

    private AuthenticateResult AuthenticateToken(string header)
    {
        var token = header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim() : "";
        if (token.Length == 0 || Find(token) is not { } account) return AuthenticateResult.Fail("no valid token");
        OpenRequests.SetValidity(Context, () => Find(token) is not null);
        return Success(account.Name, account.Role, Token);
    }

    private Account? Find(string token) => access.Users.FindToken(token) is { } account
        && (account.Expires is not { } end || TimeProvider.GetUtcNow() < end) ? account : null;

    private async Task<AuthenticateResult?> AuthenticateSessionAsync()
    {
        var sessions = access.Sessions;
        var ticket = await Context.AuthenticateAsync(Session).ConfigureAwait(false);
        if (!ticket.Succeeded || !ticket.Properties.Items.TryGetValue(SessionStore.IdProperty, out var id)) return null;
        var (user, stamp) = (ticket.Principal.Identity!.Name!, ticket.Principal.FindFirstValue(ClaimTypes.Hash));
        if (access.Users.Find(user) is not { } account || account.Password != stamp)
        {
            await sessions.RemoveAsync(id!).ConfigureAwait(false);
            return null;
        }

        var end = ticket.Properties.ExpiresUtc;
        OpenRequests.SetValidity(Context,
            () => access.Users.Find(user)?.Password == stamp && sessions.IsAlive(id!) && access.Steady.GetUtcNow() < end, id);
        return Success(account.Name, account.Role, Session);
    }

    /// <summary>Only the user that runs the host can open the socket; the name in the header is for the audit log.</summary>
    private string SocketUser() =>
        Uri.UnescapeDataString(Request.Headers["Plant-User"].ToString()) is { Length: > 0 } name ? name : "local";

    private Task RefuseAsync(int status, string detail) => ApiResponse.WriteProblemAsync(Context, status, detail,
        status == StatusCodes.Status401Unauthorized ? [new("WWW-Authenticate", "Bearer")] : []);

    private static AuthenticateResult Success(string? user, string role, string type)
    {
        var claims = Roles.All.TakeWhile(r => r != role).Append(role).Select(r => new Claim(ClaimTypes.Role, r)).ToList();
        if (user is not null) claims.Add(new Claim(ClaimTypes.Name, user));
        var identity = new ClaimsIdentity(claims, type);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }
}
