using System.Net;

namespace PlantRuntime.Wire.Http;

/// <summary>The proxy options of a sink. Immutable; opens no connection.</summary>
/// <param name="Address">The option <c>proxy</c>, such as <c>http://proxy:3128</c>; null to use that of the environment.</param>
/// <param name="User">The option <c>proxy_user</c>, or null.</param>
/// <param name="Password">Returns the password as it is now; null without one.</param>
public sealed record ProxySettings(string? Address, string? User, Func<string>? Password) : ICredentials
{
    /// <summary>Returns each violated rule as the key of its option and the error text.</summary>
    public IEnumerable<(string Key, string Message)> Check()
    {
        if (Address is null)
        {
            if (User is not null || Password is not null)
                yield return ("proxy", "proxy_user and proxy_password need the address of the proxy");
            yield break;
        }

        if (!Uri.TryCreate(Address, UriKind.Absolute, out var url) || url.Scheme != "http" || url.PathAndQuery != "/")
            yield return ("proxy", "expected the address of a proxy such as \"http://proxy:3128\"");
        else if (url.UserInfo.Length > 0)
            yield return ("proxy", "a user or password never stands in an address: give proxy_user, and proxy_password as a secret");
        if (User is null != Password is null) yield return ("proxy_user", "proxy_user and proxy_password belong together");
        if (User?.Contains(':', StringComparison.Ordinal) == true)
            yield return ("proxy_user", "a name with \":\" cannot be sent (RFC 7617)");
    }

    /// <summary>Creates the proxy of a connection; null without an address.</summary>
    public IWebProxy? ToProxy() =>
        Address is null ? null : new WebProxy(new Uri(Address)) { Credentials = User is null ? null : this };

    /// <summary>Returns "host:port" of a server that is reached directly; null if a proxy resolves its name.</summary>
    public string? DirectEndpoint(Uri url)
    {
        var proxy = ToProxy() ?? HttpClient.DefaultProxy;
        var isDirect = proxy.IsBypassed(url) || proxy.GetProxy(url) is not { } way || way == url;
        return isDirect ? $"{url.Host}:{url.Port}" : null;
    }

    /// <summary>Returns user and password. Called whenever the proxy asks for them, so that a replaced password is used.</summary>
    public NetworkCredential? GetCredential(Uri uri, string authType) =>
        User is null ? null : new NetworkCredential(User, Password?.Invoke());
}
