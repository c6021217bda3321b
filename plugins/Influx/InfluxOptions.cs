using PlantRuntime.Contracts;
using PlantRuntime.Wire.Http;

namespace PlantRuntime.Plugins.Influx;

/// <summary>Options of an InfluxDB sink in site.toml.</summary>
public sealed class InfluxOptions : IValidatedOptions
{
    /// <summary>Where the server is, without <c>/write</c>.</summary>
    public required string Url { get; init; }

    /// <summary>Database of an InfluxDB 1.</summary>
    public string? Database { get; init; }

    /// <summary>Retention policy of an InfluxDB 1; without it the database's own.</summary>
    public string? RetentionPolicy { get; init; }

    /// <summary>User of an InfluxDB 1.</summary>
    public string? User { get; init; }

    /// <summary>Password of the user.</summary>
    public Secret? Password { get; init; }

    /// <summary>Organisation of an InfluxDB 2.</summary>
    public string? Org { get; init; }

    /// <summary>Bucket of an InfluxDB 2.</summary>
    public string? Bucket { get; init; }

    /// <summary>API token.</summary>
    public Secret? Token { get; init; }

    /// <summary>Measurement of all records; without it each device has one of its name.</summary>
    public string? Measurement { get; init; }

    /// <summary>Tags of all records, beside site, device and tenant.</summary>
    public Dictionary<string, string> Tags { get; init; } = [];

    /// <summary>Unit of timestamps.</summary>
    public Precision Precision { get; init; } = Precision.Ns;

    /// <summary>What becomes of samples that are not good.</summary>
    public BadValues BadValues { get; init; } = BadValues.Mark;

    /// <summary>How payloads of recipes are stored.</summary>
    public PayloadForm Payloads { get; init; } = PayloadForm.Fields;

    /// <summary>How many requests may be under way at a time. Points carry their time, so that their order does not matter.</summary>
    [Bounds(1, 64)]
    public int InFlight { get; init; } = 2;

    /// <summary>Whether bodies go compressed.</summary>
    public bool Gzip { get; init; } = true;

    /// <summary>Whom an https url is trusted by.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>True when the server is asked in the way of version 2.</summary>
    internal bool IsVersion2 => Bucket is not null;

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate() => UrlRules.Check(Url, Tls).Concat(InfluxRules.Check(this));
}
