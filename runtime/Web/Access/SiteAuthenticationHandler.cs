using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PlantRuntime.Web.Listening;

namespace PlantRuntime.Web.Access;

/// <summary>
/// Identifies the user of a request: on the site's socket the user who runs the command, as engineer. Created by ASP.NET Core for each
/// request.
/// </summary>
internal sealed class SiteAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The name of the authentication scheme.</summary>
    public const string SchemeName = "site";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
        Context.Features.Get<EndpointFeature>()?.Kind == EndpointKind.Socket
            ? AuthenticateResult.Success(Ticket(SocketUser(), Roles.Engineer))
            : AuthenticateResult.NoResult());

    /// <summary>Only the user that runs the host can open the socket; the name in the header is for the audit log.</summary>
    private string SocketUser() => Uri.UnescapeDataString(Request.Headers["Plant-User"].ToString()) is { Length: > 0 } name ? name : "local";

    private static AuthenticationTicket Ticket(string user, string role)
    {
        var roles = Roles.All.TakeWhile(r => r != role).Append(role).Select(r => new Claim(ClaimTypes.Role, r));
        return new AuthenticationTicket(
            new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user), .. roles], SchemeName)), SchemeName);
    }
}
