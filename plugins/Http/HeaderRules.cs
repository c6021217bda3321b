using PlantRuntime.Contracts;
using PlantRuntime.Wire.Http;

namespace PlantRuntime.Plugins.Http;

/// <summary>
/// Checks the headers of the options: they can be sent, and the sink does not set them itself. Error texts never repeat a value. Pure;
/// called when the options are validated.
/// </summary>
internal static class HeaderRules
{
    private static readonly string[] s_reserved =
        ["Content-Type", "Content-Encoding", "Content-Length", "Transfer-Encoding", "Host", "Connection", RequestBuilder.IdempotencyKey];

    public static IEnumerable<(string Key, string Message)> Check(string key, IReadOnlyDictionary<string, string> headers)
    {
        foreach (var (name, value) in headers)
        {
            using var request = new HttpRequestMessage();
            if (s_reserved.Contains(name, StringComparer.OrdinalIgnoreCase)) yield return (key, $"{name} is set by the sink: leave it out");
            else if (!request.Headers.TryAddWithoutValidation(name, value)) yield return (key, $"\"{name}\" is no name of a header");
            else if (!HeaderValueRules.IsSendable(value)) yield return (key, $"{name} {HeaderValueRules.Problem}");
        }
    }

    public static IEnumerable<(string Key, string Message)> CheckToken(HttpOptions options)
    {
        if (options.Token is null) yield break;
        if (!HeaderValueRules.IsSendable(options.Token.Reveal())) yield return ("token", HeaderValueRules.Problem);
        var names = options.Headers.Keys.Concat(options.SecretHeaders.Keys);
        if (names.Contains("Authorization", StringComparer.OrdinalIgnoreCase))
            yield return ("token", "an Authorization header is given too: use one");
    }

    /// <summary>Returns a secret for a header. Its file may have been replaced since the options were validated.</summary>
    /// <exception cref="NotConnectedException">No header can carry it.</exception>
    public static string Reveal(string name, Secret secret) => secret.Reveal() is var value && HeaderValueRules.IsSendable(value)
        ? value
        : throw new NotConnectedException($"the new secret of {name} {HeaderValueRules.Problem}: write its file again");
}
