using System.Runtime.CompilerServices;
using System.Text.Json;
using PlantRuntime.Contracts;
using PlantRuntime.Wire;
using PlantRuntime.Wire.Http;
using PlantRuntime.Wire.Tls;

namespace PlantRuntime.Plugins.Influx;

/// <summary>
/// Tries the way to an InfluxDB for <c>plant doctor</c>: <c>/ping</c>, then a write without points, which stores nothing, and which the
/// server answers after it has checked the database or bucket and the right to write (InfluxDB 1.x, handler of /write; InfluxDB v2,
/// PostWrite). For version 1 it also asks whether the database and its retention policy exist. Called while the sink is not connected.
/// </summary>
internal sealed class ServerDiagnosis(InfluxOptions options, WriteTarget target, PluginContext context)
{
    private const int MaxAnswer = 1 << 20;
    private const int BadRequest = 400;
    private const int Unauthorized = 401;
    private const int Forbidden = 403;
    private const int NotFound = 404;
    private const int ServerErrors = 500;

    private string Place => options.IsVersion2 ? $"bucket {options.Bucket} of {options.Org}" : $"database {options.Database}";

    /// <summary>Returns the steps, up to the first without which no other can succeed.</summary>
    public async IAsyncEnumerable<DiagnosisStep> RunAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var (ping, problem) = await SendAsync(HttpMethod.Get, target.Ping, null, cancel).ConfigureAwait(false);
        if (ping is null || ping.Status >= ServerErrors)
        {
            yield return new DiagnosisStep("server", false, problem ?? $"{target.Ping} answered {ping}",
                "check url, proxy and tls in site.toml");
            yield break;
        }

        var tls = target.Ping.Scheme == Uri.UriSchemeHttps ? "over TLS, with a trusted certificate" : "without TLS";
        yield return ping.IsSuccess
            ? new DiagnosisStep("server", true, $"answers /ping {tls}")
            : new DiagnosisStep("server", false, $"{target.Ping} answered {ping}", "check url: something else may answer there");
        var (write, failure) = await SendAsync(HttpMethod.Post, target.Write, new ByteArrayContent([]), cancel).ConfigureAwait(false);
        yield return write is null ? new DiagnosisStep("write", false, failure!) : Describe(write);
        var isIn = write is { Status: not (Unauthorized or Forbidden or NotFound) };
        if (isIn && options is { IsVersion2: false, RetentionPolicy: { } policy })
            yield return await CheckPolicyAsync(policy, cancel).ConfigureAwait(false);
    }

    private DiagnosisStep Describe(HttpResponse answer)
    {
        var found = $"{HttpConnection.FormatUrl(target.Write)} answered {answer}";
        return answer.Status switch
        {
            Unauthorized => new DiagnosisStep("write", false, found,
                options.IsVersion2 ? "check token: it is wrong or expired" : "check user and password, or token"),
            Forbidden => new DiagnosisStep("write", false, found,
                $"give the {(options.Token is null ? "user" : "token")} the right to write to {Place}"),
            NotFound => new DiagnosisStep("write", false, found,
                options.IsVersion2
                    ? $"create the {Place}, or check bucket, org and the rights of the token; the server hides what it may not read"
                    : $"CREATE DATABASE \"{options.Database}\""),
            // No point is no line protocol for some servers; they say so after the other checks.
            BadRequest => new DiagnosisStep("write", true, $"the {Place} answers a write without points with {answer.Status}"),
            _ when answer.IsSuccess => new DiagnosisStep("write", true, $"the {Place} accepts a write; no point was sent"),
            _ => new DiagnosisStep("write", false, found, "see the log of the server, or of its gateway"),
        };
    }

    private async Task<DiagnosisStep> CheckPolicyAsync(string policy, CancellationToken cancel)
    {
        var name = options.Database!.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        var query = Uri.EscapeDataString($"SHOW RETENTION POLICIES ON \"{name}\"");
        try
        {
            using var link = Open();
            using var request = target.Request(HttpMethod.Get, new Uri($"{options.Url.TrimEnd('/')}/query?q={query}"));
            var (head, answer) = await link.AskAsync(request, status => status == 200, MaxAnswer, cancel).ConfigureAwait(false);
            if (answer is null || Names(answer) is not { } names)
                return new DiagnosisStep("policy", true, $"the server does not tell its retention policies: {head}");
            return names.Contains(policy) ? new DiagnosisStep("policy", true, $"{policy} exists")
                : new DiagnosisStep("policy", false, $"there is no retention policy {policy}{Nearest.DidYouMean(policy, names)}",
                    $"check retention_policy, or CREATE RETENTION POLICY \"{policy}\" ON \"{options.Database}\" …");
        }
        catch (Exception exception) when (exception is LinkException or NotConnectedException)
        {
            return new DiagnosisStep("policy", false, exception.Message);
        }
    }

    /// <summary>Returns the first column of an answer of /query; null if it has no rows.</summary>
    private static List<string>? Names(byte[] answer)
    {
        try
        {
            var rows = JsonElement.Parse(answer).GetProperty("results")[0].GetProperty("series")[0].GetProperty("values");
            return [.. rows.EnumerateArray().Select(row => row[0].GetString() ?? "")];
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException
            or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private async Task<(HttpResponse? Answer, string? Problem)> SendAsync(
        HttpMethod method, Uri url, HttpContent? content, CancellationToken cancel)
    {
        try
        {
            using var link = Open();
            using var request = target.Request(method, url, content);
            return (await link.SendAsync(request, cancel).ConfigureAwait(false), null);
        }
        catch (Exception exception) when (exception is LinkException or NotConnectedException)
        {
            return (null, exception.Message);
        }
    }

    private HttpConnection Open() =>
        new(TlsClientSettings.Load(options.Tls, context.PathOf, context.Time).ToOptions(), options.ProxySettings.ToProxy());
}
