namespace PlantRuntime.Wire.Http;

/// <summary>What a url of site.toml has to be.</summary>
public static class UrlRules
{
    /// <summary>Every broken rule, as the key it belongs to and what is wrong.</summary>
    public static IEnumerable<(string Key, string Message)> Check(string url, TlsOptions? tls)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https"))
        {
            yield return ("url", $"\"{url}\" is no address of a web server; for instance \"https://host/path\"");
            yield break;
        }

        if (parsed.UserInfo.Length > 0) yield return ("url", "a user or password never stands in a url: give it as a secret");
        if (parsed.Fragment.Length > 0) yield return ("url", $"\"{parsed.Fragment}\" is never sent to a server: leave it out");
        if (tls is not null && parsed.Scheme == "http") yield return ("tls", "has no effect on an \"http\" url: write \"https\"");
        if (tls?.Ca is { } ca && string.IsNullOrWhiteSpace(ca)) yield return ("tls", "ca is empty: expected a file such as \"ca.crt\"");
    }
}
