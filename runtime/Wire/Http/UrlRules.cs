using PlantRuntime.Wire.Tls;

namespace PlantRuntime.Wire.Http;

/// <summary>Checks a URL of site.toml and the TLS options beside it. Pure; opens no connection.</summary>
public static class UrlRules
{
    /// <summary>Returns each violated rule as the key of its option and the error text.</summary>
    public static IEnumerable<(string Key, string Message)> Check(string url, TlsOptions? tls)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https"))
        {
            yield return ("url", $"\"{url}\" is no address of a web server; for instance \"https://host/path\"");
            yield break;
        }

        if (parsed.UserInfo.Length > 0) yield return ("url", "a user or password never stands in a url: give it as a secret");
        if (parsed.Fragment.Length > 0) yield return ("url", $"\"{parsed.Fragment}\" is never sent to a server: leave it out");
        if (tls is null || (!tls.Enabled && parsed.Scheme == "http")) yield break;
        if (!tls.Enabled) yield return ("tls", "enabled = false contradicts an \"https\" url: write \"http\"");
        if (parsed.Scheme == "http") yield return ("tls", "has no effect on an \"http\" url: write \"https\"");
        foreach (var problem in tls.Check()) yield return problem;
    }
}
