using System.Text;
using PlantRuntime.Contracts;
using PlantRuntime.Payloads;

namespace PlantRuntime.Plugins.Postgres;

/// <summary>
/// An address of a tag in site.toml: <c>channel : path</c>, a channel alone for a payload that is the value itself, or <c>$gap</c> for the
/// times without a connection. In a query it is the path into a row, after <c>channel :</c> if the table has a column for it. The colon has
/// a blank on both sides. Immutable; parsing performs no I/O.
/// </summary>
/// <param name="Channel">Name of the channel, exactly as in <c>pg_notify</c>; empty in a query without channels.</param>
/// <param name="Path">The steps into the JSON payload; empty for the payload itself.</param>
/// <param name="Kind">What the tag reads.</param>
internal sealed record PostgresAddress(string Channel, IReadOnlyList<JsonPathStep> Path, AddressKind Kind)
{
    /// <summary>PostgreSQL refuses longer names of channels (NAMEDATALEN is 64).</summary>
    private const int MaxChannelBytes = 63;

    private const string Separator = " : ";
    private const string Gap = "$gap";
    private const string Example = "for instance canal_corriente : valor";

    /// <summary>Parses the address of a tag. Returns null and a problem with its column when the address is invalid.</summary>
    public static PostgresAddress? Parse(TagDefinition tag, PostgresDriverOptions options, out AddressProblem? problem)
    {
        var kind = KindOf(tag.Type);
        problem = kind is null
            ? new AddressProblem(tag, $"type '{tag.Type}' is unknown: remove it, or use \"text\" for a payload that is not JSON, or "
                + "\"integer\" for a number that never has decimals", 0)
            : null;
        if (kind is null) return null;
        var address = tag.Address;
        if (address == Gap && options.Rows is null) return new PostgresAddress("", [], AddressKind.Gap);
        var separator = address.IndexOf(Separator, StringComparison.Ordinal);
        var hasChannel = options.Query is null || options.Query.Channel is not null;
        var channel = !hasChannel ? "" : separator < 0 ? address : address[..separator].TrimEnd();
        var start = !hasChannel ? 0 : separator < 0 ? -1 : separator + Separator.Length;
        ParseError? error = null;
        if (hasChannel) error = CheckChannel(channel);
        IReadOnlyList<JsonPathStep>? path = [];
        if (error is null && start >= 0)
        {
            while (start < address.Length && address[start] == ' ') start++;
            path = JsonPath.Parse(address[start..].TrimEnd(), out error);
            if (error is not null) error = error with { Column = start + error.Column };
            else if (path!.Any(s => s.IsEach) && options.Rows is not null)
                error = new ParseError(start + 1, "[*] is several readings in one payload, which catch_up and query cannot tell apart");
        }

        if (error is null && kind == AddressKind.Text && (start >= 0 || options.Rows is not null))
            error = new ParseError(0, "type text reads a whole payload: without a path, catch_up and query");
        problem = error is null ? null : new AddressProblem(tag, error.Message, error.Column);
        return error is null ? new PostgresAddress(channel, path!, kind.Value) : null;
    }

    private static AddressKind? KindOf(string? type) => type?.ToLowerInvariant() switch
    {
        null => AddressKind.Value,
        "text" => AddressKind.Text,
        "integer" => AddressKind.Integer,
        _ => null,
    };

    private static ParseError? CheckChannel(string channel)
    {
        if (string.IsNullOrWhiteSpace(channel)) return new ParseError(1, $"expected a channel, {Example}");
        if (channel.Contains('\0')) return new ParseError(channel.IndexOf('\0') + 1, "a channel has no character NUL");
        var colon = channel.IndexOf(':');
        if (colon >= 0) return new ParseError(colon + 1, $"the colon before a path needs a blank on both sides, {Example}");
        return Encoding.UTF8.GetByteCount(channel) > MaxChannelBytes
            ? new ParseError(1, $"the channel is longer than {MaxChannelBytes} bytes, which PostgreSQL does not allow") : null;
    }
}

/// <summary>Classifies the source and type of a tag's value.</summary>
internal enum AddressKind
{
    /// <summary>A JSON value.</summary>
    Value,

    /// <summary>A JSON number that never has decimals.</summary>
    Integer,

    /// <summary>The whole payload as text.</summary>
    Text,

    /// <summary>The times without a connection.</summary>
    Gap,
}
