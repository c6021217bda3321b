using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Wire;
using PlantRuntime.Wire.Http;
using PlantRuntime.Wire.Tls;

namespace PlantRuntime.Plugins.Http;

/// <summary>
/// Tries the way to a server for <c>plant doctor</c> with OPTIONS and HEAD (RFC 9110 §9.3), which store nothing; never with POST or PUT.
/// Sends the headers and secrets of the sink. Called while the sink is not connected.
/// </summary>
internal sealed class EndpointDiagnosis(HttpOptions options, RequestBuilder requests, PluginContext context)
{
    private const int Unauthorized = 401;
    private const int Forbidden = 403;
    private const int NotFound = 404;
    private const int MethodNotAllowed = 405;
    private const int ProxyAuthentication = 407;
    private const int ServerErrors = 500;
    private const int NotImplemented = 501;

    /// <summary>Returns the steps: connection with TLS, then the answer of the server.</summary>
    public async IAsyncEnumerable<DiagnosisStep> RunAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var (first, problem) = await TryAsync(HttpMethod.Options, cancel).ConfigureAwait(false);
        if (first is null)
        {
            yield return new DiagnosisStep("server", false, problem!, "check url, proxy and tls in site.toml");
            yield break;
        }

        var isTls = requests.Example.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        yield return new DiagnosisStep("server", true,
            isTls ? "TLS is established, and the certificate is trusted" : "answers, without TLS");
        var answer = first;
        var method = HttpMethod.Options;
        if (first.Status is NotFound or MethodNotAllowed or NotImplemented)
        {
            method = HttpMethod.Head;
            (var second, problem) = await TryAsync(method, cancel).ConfigureAwait(false);
            if (second is null)
            {
                yield return new DiagnosisStep("answer", false, problem!);
                yield break;
            }

            answer = second;
        }

        yield return Describe(method, answer);
    }

    private DiagnosisStep Describe(HttpMethod method, HttpResponse answer)
    {
        var found = $"{method.Method} {requests.Shown}: {answer}";
        var verb = options.Method == HttpVerb.Put ? "PUT" : "POST";
        return answer.Status switch
        {
            Unauthorized or Forbidden => new DiagnosisStep("answer", false, found,
                $"check token, headers and secret_headers; a server can also ask for more rights for {method.Method} than for {verb}"),
            ProxyAuthentication => new DiagnosisStep("answer", false, found, "check proxy_user and proxy_password"),
            >= ServerErrors and not NotImplemented =>
                new DiagnosisStep("answer", false, found, "see the log of the server, or of its gateway"),
            NotFound or MethodNotAllowed or NotImplemented => new DiagnosisStep("answer", true, found,
                $"whether the server knows the path for {verb} is known only when a record is sent"),
            >= 300 and < 400 => new DiagnosisStep("answer", false, found, "the sink follows no redirect: write that address in url"),
            _ => new DiagnosisStep("answer", true, found, $"whether it accepts a record by {verb} is known only when one is sent"),
        };
    }

    private async Task<(HttpResponse? Answer, string? Problem)> TryAsync(HttpMethod method, CancellationToken cancel)
    {
        try
        {
            var tls = TlsClientSettings.Load(options.Tls, context.PathOf, context.Time);
            using var link = new HttpConnection(tls.ToOptions(), options.ProxySettings.ToProxy());
            using var request = requests.CreateProbe(method);
            return (await link.SendAsync(request, cancel).ConfigureAwait(false), null);
        }
        catch (Exception exception) when (exception is LinkException or NotConnectedException)
        {
            return (null, exception.Message);
        }
    }
}
