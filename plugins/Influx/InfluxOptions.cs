using PlantRuntime.Contracts;
using PlantRuntime.Wire.Http;
using PlantRuntime.Wire.Tls;

namespace PlantRuntime.Plugins.Influx;

/// <summary>Options of an InfluxDB sink in site.toml.</summary>
public sealed class InfluxOptions : IValidatedOptions
{
    /// <summary>URL of the server, without <c>/write</c>.</summary>
    /// <example>url = "http://influxdb:8086"</example>
    public required string Url { get; init; }

    /// <summary>Database of an InfluxDB 1.</summary>
    /// <example>database = "plant"</example>
    public string? Database { get; init; }

    /// <summary>Retention policy of an InfluxDB 1; without it the default of the database.</summary>
    /// <example>retention_policy = "one_year"</example>
    public string? RetentionPolicy { get; init; }

    /// <summary>User of an InfluxDB 1.</summary>
    /// <example>user = "writer"</example>
    public string? User { get; init; }

    /// <summary>Password of the user.</summary>
    /// <example>password = { env = "INFLUX_PASSWORD" }</example>
    public Secret? Password { get; init; }

    /// <summary>Organisation of an InfluxDB 2.</summary>
    /// <example>org = "works"</example>
    public string? Org { get; init; }

    /// <summary>Bucket of an InfluxDB 2.</summary>
    /// <example>bucket = "plant"</example>
    public string? Bucket { get; init; }

    /// <summary>API token.</summary>
    /// <example>token = { env = "INFLUX_TOKEN" }</example>
    public Secret? Token { get; init; }

    /// <summary>Measurement of all records; without it the name of the device.</summary>
    /// <example>measurement = "press"</example>
    public string? Measurement { get; init; }

    /// <summary>Tags of all records, beside site, device and tenant.</summary>
    /// <example>tags = { line = "3" }</example>
    public Dictionary<string, string> Tags { get; init; } = [];

    /// <summary>Unit of timestamps.</summary>
    public Precision Precision { get; init; } = Precision.Ns;

    /// <summary>Treatment of samples whose quality is not good.</summary>
    public BadSamplePolicy BadValues { get; init; } = BadSamplePolicy.Mark;

    /// <summary>The form in which payloads of recipes are stored.</summary>
    public PayloadForm Payloads { get; init; } = PayloadForm.Fields;

    /// <summary>Number of requests that may be under way at a time. Points carry their time, so that their order does not matter.</summary>
    [Bounds(1, 64)]
    public int InFlight { get; init; } = 2;

    /// <summary>True to compress bodies.</summary>
    public bool Gzip { get; init; } = true;

    /// <summary>TLS settings of an https URL.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>Address of an HTTP proxy; without it that of the environment, if there is one.</summary>
    /// <example>proxy = "http://proxy:3128"</example>
    public string? Proxy { get; init; }

    /// <summary>User at the proxy.</summary>
    /// <example>proxy_user = "edge"</example>
    public string? ProxyUser { get; init; }

    /// <summary>Password at the proxy.</summary>
    /// <example>proxy_password = { env = "PROXY_PASSWORD" }</example>
    public Secret? ProxyPassword { get; init; }

    /// <summary>The options of the proxy.</summary>
    internal ProxySettings ProxySettings => new(Proxy, ProxyUser, ProxyPassword is { } password ? password.Reveal : null);

    /// <summary>True for the API of version 2.</summary>
    internal bool IsVersion2 => Bucket is not null;

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate() =>
        UrlRules.Check(Url, Tls).Concat(ProxySettings.Check()).Concat(InfluxRules.Check(this));
}

/// <summary>The treatment of a sample whose quality is not good.</summary>
public enum BadSamplePolicy
{
    /// <summary>The sink writes its quality as the field <c>tag_quality</c> and leaves its value out.</summary>
    Mark,

    /// <summary>The sink writes its quality as the field <c>tag_quality</c>, and its value, if it has one.</summary>
    Keep,

    /// <summary>The sink writes nothing of it.</summary>
    Skip,
}

/// <summary>The form in which a payload of a recipe is stored.</summary>
public enum PayloadForm
{
    /// <summary>One field per number, text and bool; nested names are joined by <c>_</c>.</summary>
    Fields,

    /// <summary>The unchanged JSON in one text field <c>json</c>.</summary>
    Json,
}

/// <summary>The unit of timestamps. InfluxDB treats two points of one series within one unit as one point.</summary>
public enum Precision
{
    /// <summary>Nanoseconds; the clock has steps of 100.</summary>
    Ns,

    /// <summary>Microseconds.</summary>
    Us,

    /// <summary>Milliseconds.</summary>
    Ms,

    /// <summary>Seconds.</summary>
    S,
}
