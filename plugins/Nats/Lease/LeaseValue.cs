using System.Text.Json;
using System.Text.Json.Serialization;

namespace PlantRuntime.Plugins.Nats.Lease;

/// <summary>The value of the keys of a lease, as JSON. Immutable.</summary>
/// <param name="Id">Random identity of the attempt to hold the lease; a host that begins again has another one.</param>
/// <param name="Instance">Name of the host.</param>
/// <param name="Since">Time in UTC since when it holds the lease or waits, by its own clock.</param>
/// <param name="Released">True if the holder has ended in order and does not write to machines any more.</param>
internal sealed record LeaseValue(string Id, string Instance, DateTime Since, bool Released = false)
{
    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this, LeaseJson.Default.LeaseValue);

    /// <summary>Returns the value; one that is not of this form, written by other programs, has no identity.</summary>
    public static LeaseValue Decode(byte[]? bytes)
    {
        try
        {
            if (JsonSerializer.Deserialize(bytes, LeaseJson.Default.LeaseValue) is { Id: not null, Instance: not null } value) return value;
        }
        catch (JsonException)
        {
            // The value below is a holder that nobody knows, whose lease ends when it does not change.
        }

        return new LeaseValue("", "unknown", default);
    }
}

/// <summary>Describes a saved state of the recipes, whose bytes are in pieces. Immutable.</summary>
/// <param name="Token">Fencing token of the host that saved it.</param>
/// <param name="Slot">0 or 1: the pieces of the state before are in the other slot.</param>
/// <param name="Pieces">Number of pieces.</param>
/// <param name="Length">Bytes of all pieces.</param>
/// <param name="Sha256">Their SHA-256 in hexadecimal.</param>
internal sealed record StateManifest(long Token, int Slot, int Pieces, int Length, string Sha256)
{
    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this, LeaseJson.Default.StateManifest);

    /// <summary>Returns the description; null if the bytes are none.</summary>
    public static StateManifest? Decode(byte[]? bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, LeaseJson.Default.StateManifest) is
                { Sha256: not null, Pieces: >= 0, Length: >= 0, Slot: 0 or 1 } manifest ? manifest : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>JSON of the values, without reflection, so that the plugin can be unloaded.</summary>
[JsonSerializable(typeof(LeaseValue))]
[JsonSerializable(typeof(StateManifest))]
internal sealed partial class LeaseJson : JsonSerializerContext;
