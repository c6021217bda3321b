using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Postgres.Rows;

/// <summary>
/// Computes the key by which a notification and its row are recognized as the same: a hash of the channel and either the configured key, or
/// the time and the values of the tags. Owned by one <see cref="PostgresReader"/>; reuses its memory; not thread-safe; performs no I/O.
/// </summary>
/// <param name="member">Name of the member of a payload that identifies it; null for time and values.</param>
internal sealed class RowKeys(string? member)
{
    private readonly byte[]? _member = member is null ? null : Encoding.UTF8.GetBytes(member);
    private byte[] _bytes = new byte[512];
    private int _length;

    /// <summary>Returns the key of a scan.</summary>
    /// <param name="channel">The channel of the notification or row.</param>
    /// <param name="payload">The payload, in which the configured key is.</param>
    /// <param name="scan">The scan that was filled from it.</param>
    public UInt128 From(string channel, ReadOnlySpan<byte> payload, ScanBuffer scan)
    {
        _length = 0;
        AddText(channel);
        if (_member is not null && TryAddMember(payload)) return Hash();
        AddNumber(scan.SourceTime?.Ticks ?? 0);
        for (var i = 0; i < scan.Count; i++)
        {
            if (!scan.IsSet(i)) continue;
            AddNumber(i);
            AddValue(scan.Samples[i]);
        }

        return Hash();
    }

    /// <summary>Returns the key of a row whose configured key is in a column.</summary>
    public UInt128 From(string channel, string key)
    {
        _length = 0;
        AddText(channel);
        AddText(key);
        return Hash();
    }

    /// <summary>Adds the member of the object as text, whether it is a number or a text; returns false if it is not there.</summary>
    private bool TryAddMember(ReadOnlySpan<byte> payload)
    {
        try
        {
            var json = new Utf8JsonReader(payload);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return false;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var isMember = json.ValueTextEquals(_member);
                json.Read();
                if (isMember && json.TokenType is JsonTokenType.String or JsonTokenType.Number)
                {
                    AddToken(ref json);
                    return true;
                }

                json.Skip();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The payload is not JSON: its tags are bad, and time and values identify it.
        }

        return false;
    }

    private void AddToken(ref Utf8JsonReader json)
    {
        var room = Reserve(4 + json.ValueSpan.Length);
        var count = json.ValueSpan.Length;
        if (json.TokenType == JsonTokenType.String) count = json.CopyString(room[4..]);
        else json.ValueSpan.CopyTo(room[4..]);
        BinaryPrimitives.WriteInt32LittleEndian(room, count);
        _length += 4 + count;
    }

    private void AddValue(in Sample sample)
    {
        var value = sample.Value;
        AddNumber(sample.Quality == Quality.Good ? (int)value.Kind : -(int)sample.Quality);
        switch (value.Kind)
        {
            case ValueKind.Null: break;
            case ValueKind.Bool: AddNumber(value.Bool ? 1 : 0); break;
            case ValueKind.Int: AddNumber(value.Int); break;
            case ValueKind.UInt: AddNumber(unchecked((long)value.UInt)); break;
            case ValueKind.Float32 or ValueKind.Float64: AddNumber(BitConverter.DoubleToInt64Bits(value.Number)); break;
            default: AddText(value.Text); break;
        }
    }

    private void AddText(string text)
    {
        var room = Reserve(4 + Encoding.UTF8.GetMaxByteCount(text.Length));
        var count = Encoding.UTF8.GetBytes(text, room[4..]);
        BinaryPrimitives.WriteInt32LittleEndian(room, count);
        _length += 4 + count;
    }

    private void AddNumber(long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Reserve(8), number);
        _length += 8;
    }

    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - _length < count) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        return _bytes.AsSpan(_length);
    }

    // Keys are compared after a restart, so that the hash must not depend on the process.
    private UInt128 Hash() => XxHash128.HashToUInt128(_bytes.AsSpan(0, _length));
}
