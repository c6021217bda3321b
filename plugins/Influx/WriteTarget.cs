using System.Net.Http.Headers;
using System.Text;
using PlantRuntime.Contracts;
using PlantRuntime.Wire.Http;

namespace PlantRuntime.Plugins.Influx;

/// <summary>
/// Creates the requests to a server. Version 1: <c>POST /write?db=&amp;precision=</c>, with Basic authentication (InfluxDB 1.x
/// documentation, "InfluxDB API reference", /write). Version 2: <c>POST /api/v2/write?org=&amp;bucket=&amp;precision=</c>, with a token
/// (InfluxDB v2 API, PostWrite). Both respond to <c>GET /ping</c>. Token and password are revealed for each
/// request, so that a replaced file is used by the next attempt. Immutable; several calls at a time. Sends nothing.
/// </summary>
internal sealed class WriteTarget(InfluxOptions options)
{
    public Uri Write { get; } = Url(options, options.IsVersion2 ? "/api/v2/write" : "/write", Query(options));

    public Uri Ping { get; } = Url(options, "/ping", "");

    public HttpRequestMessage Request(HttpMethod method, Uri url, HttpContent? content = null)
    {
        var request = new HttpRequestMessage(method, url) { Content = content };
        request.Headers.Authorization = Authorization(options);
        return request;
    }

    private static Uri Url(InfluxOptions options, string path, string query) => new(options.Url.TrimEnd('/') + path + query);

    private static string Query(InfluxOptions options)
    {
        var unit = options.Precision switch
        {
            Precision.Ns => options.IsVersion2 ? "ns" : "n",
            Precision.Us => options.IsVersion2 ? "us" : "u",
            Precision.Ms => "ms",
            _ => "s",
        };
        if (options.IsVersion2) return $"?org={Escape(options.Org)}&bucket={Escape(options.Bucket)}&precision={unit}";
        var policy = options.RetentionPolicy is { } name ? $"&rp={Escape(name)}" : "";
        return $"?db={Escape(options.Database)}{policy}&precision={unit}";
    }

    private static string Escape(string? text) => Uri.EscapeDataString(text ?? "");

    private static AuthenticationHeaderValue? Authorization(InfluxOptions options)
    {
        if (options.Token is { } token) return new AuthenticationHeaderValue("Token", Sendable(token.Reveal()));
        if (options.User is null) return null;
        var pair = Encoding.UTF8.GetBytes($"{options.User}:{options.Password?.Reveal()}");
        return new AuthenticationHeaderValue("Basic", Convert.ToBase64String(pair));
    }

    /// <summary>Checks a token, whose file may have been replaced since the options were validated.</summary>
    private static string Sendable(string token) => HeaderValueRules.IsSendable(token)
        ? token
        : throw new NotConnectedException($"the new token {HeaderValueRules.Problem}: write its file again");
}
