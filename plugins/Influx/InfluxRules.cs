using PlantRuntime.Wire.Http;

namespace PlantRuntime.Plugins.Influx;

/// <summary>
/// Checks the options against each other: version 1 or 2, credentials, and names of measurements and tags. Pure; called when the options
/// are validated.
/// </summary>
internal static class InfluxRules
{
    private static readonly string[] s_reserved = ["site", "device", "time"];

    public static IEnumerable<(string Key, string Message)> Check(InfluxOptions options) =>
        CheckUrl(options).Concat(options.IsVersion2 ? CheckVersion2(options) : CheckVersion1(options)).Concat(CheckNames(options));

    private static IEnumerable<(string Key, string Message)> CheckUrl(InfluxOptions options)
    {
        if (!Uri.TryCreate(options.Url, UriKind.Absolute, out var url)) yield break;
        if (url.Query.Length > 0 || url.AbsolutePath.EndsWith("/write", StringComparison.Ordinal))
            yield return ("url", "expected the server alone, such as \"http://influxdb:8086\"; the sink adds /write and its query");
    }

    private static IEnumerable<(string Key, string Message)> CheckVersion1(InfluxOptions options)
    {
        if (string.IsNullOrEmpty(options.Database))
            yield return ("database", "neither a database (InfluxDB 1) nor a bucket and org (InfluxDB 2) is given");
        if (options.Org is not null) yield return ("org", "belongs to InfluxDB 2: give a bucket too");
        if (options.Password is not null && options.User is null) yield return ("password", "belongs to a user: give one");
        if (options.User is not null && options.Password is null) yield return ("user", "needs a password");
        if (options.User is not null && options.Token is not null) yield return ("token", "a user is given too: use one");
        if (options.User?.Contains(':', StringComparison.Ordinal) == true)
            yield return ("user", "a name with \":\" cannot be sent (RFC 7617)");
        if (!HeaderValueRules.IsSendable(options.Token?.Reveal())) yield return ("token", HeaderValueRules.Problem);
    }

    private static IEnumerable<(string Key, string Message)> CheckVersion2(InfluxOptions options)
    {
        if (string.IsNullOrEmpty(options.Bucket)) yield return ("bucket", "is empty");
        if (string.IsNullOrEmpty(options.Org)) yield return ("org", "a bucket belongs to an organisation: give its name or id");
        if (options.Database is not null) yield return ("database", "belongs to InfluxDB 1, a bucket to InfluxDB 2: use one");
        if (options.RetentionPolicy is not null) yield return ("retention_policy", "belongs to InfluxDB 1");
        if (options.User is not null || options.Password is not null) yield return ("user", "InfluxDB 2 wants a token");
        if (!HeaderValueRules.IsSendable(options.Token?.Reveal())) yield return ("token", HeaderValueRules.Problem);
    }

    private static IEnumerable<(string Key, string Message)> CheckNames(InfluxOptions options)
    {
        if (options.Measurement is { } name && (name.Length == 0 || name[0] is '#' or '_'))
            yield return ("measurement", $"\"{name}\" is no name of a measurement: it is empty or begins with '#' or '_'");
        foreach (var (tag, value) in options.Tags)
        {
            if (s_reserved.Contains(tag, StringComparer.Ordinal))
                yield return ("tags", $"{tag} is set by the sink: leave it out");
            else if (tag.Length == 0 || tag[0] == '_')
                yield return ("tags", $"\"{tag}\" is no name of a tag: it is empty or begins with '_'");
            else if (value.Length == 0)
                yield return ("tags", $"{tag} is empty, which InfluxDB does not take: leave it out");
        }
    }
}
