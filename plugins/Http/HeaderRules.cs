using PlantRuntime.Wire.Http;

namespace PlantRuntime.Plugins.Http;

/// <summary>Which headers a site may give: those that can be sent, and that the sink does not set itself. Never repeats a value.</summary>
internal static class HeaderRules
{
    private static readonly string[] s_own =
        ["Content-Type", "Content-Encoding", "Content-Length", "Transfer-Encoding", "Host", "Connection", RequestMaker.IdempotencyKey];

    public static IEnumerable<(string Key, string Message)> Check(string key, IReadOnlyDictionary<string, string> headers)
    {
        foreach (var (name, value) in headers)
        {
            using var request = new HttpRequestMessage();
            if (s_own.Contains(name, StringComparer.OrdinalIgnoreCase)) yield return (key, $"{name} is set by the sink: leave it out");
            else if (!request.Headers.TryAddWithoutValidation(name, value)) yield return (key, $"\"{name}\" is no name of a header");
            else if (!HeaderText.IsSendable(value)) yield return (key, $"{name} {HeaderText.Problem}");
        }
    }

    public static IEnumerable<(string Key, string Message)> CheckToken(HttpOptions options)
    {
        if (options.Token is null) yield break;
        if (!HeaderText.IsSendable(options.Token.Reveal())) yield return ("token", HeaderText.Problem);
        var names = options.Headers.Keys.Concat(options.SecretHeaders.Keys);
        if (names.Contains("Authorization", StringComparer.OrdinalIgnoreCase))
            yield return ("token", "an Authorization header is given too: use one");
    }
}
