using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Contracts;
using PlantRuntime.Queue.Format;
using PlantRuntime.Storage;

namespace PlantRuntime.Queue.Tests;

/// <summary>
/// All values that are written are read back, and damaged bytes never cause anything but a <see cref="DamagedException"/>.
/// </summary>
public class CodecTests
{
    private const uint Kind = 0x1234_5678;

    [Fact]
    public void Numbers_and_texts_are_read_back() => Gen.Select(Gen.Byte, Gen.UInt, Gen.Long, Gen.ULong, Text)
        .ForAll((one, four, signed, unsigned, text) =>
    {
        var bytes = new ByteWriter();
        bytes.Byte(one);
        bytes.UInt32(four);
        bytes.Int64(signed);
        bytes.Signed(signed);
        bytes.Unsigned(unsigned);
        bytes.Text(text);
        var reader = new ByteReader(bytes.Written);
        Assert.Equal((one, four, signed, signed, unsigned, text),
            (reader.Byte(), reader.UInt32(), reader.Int64(), reader.Signed(), reader.Unsigned(), reader.Text()));
        Assert.Equal(0, reader.Left);
    });

    [Fact]
    public void Values_are_read_back() => Values.ForAll(value =>
    {
        var bytes = new ByteWriter();
        ValueCodec.Write(bytes, value);
        var reader = new ByteReader(bytes.Written);
        Assert.Equal(value, ValueCodec.Read(ref reader));
        Assert.Equal(0, reader.Left);
    });

    [Fact]
    public void Any_bytes_are_a_value_or_damaged() => Gen.Byte.Array[0, 200].ForAll(bytes =>
    {
        try
        {
            var reader = new ByteReader(bytes);
            while (reader.Left > 0) ValueCodec.Read(ref reader);
        }
        catch (DamagedException)
        {
            // Declared.
        }
    });

    [Fact]
    public void A_flipped_bit_or_a_missing_end_of_an_envelope_is_noticed() => Gen.Select(Gen.Byte.Array[0, 300], Gen.Int[0, 1 << 20])
        .ForAll((content, place) =>
    {
        var writer = new ByteWriter();
        Envelope.Begin(writer, Kind);
        writer.Bytes(content);
        Envelope.Seal(writer.Writable);
        var bytes = writer.Written.ToArray();
        Assert.Equal(content, Envelope.Read(bytes, Kind).Bytes(content.Length).ToArray());
        if (content.Length > 0) Assert.False(Envelope.IsIntact(bytes.AsSpan(0, Envelope.Length + (place % content.Length)), Kind));
        bytes[place / 8 % bytes.Length] ^= (byte)(1 << (place % 8));
        Assert.False(Envelope.IsIntact(bytes, Kind));
        Assert.Throws<DamagedException>(() => Envelope.Read(bytes, Kind).Left);
    });

    /// <summary>Also where the checksum is right by accident or malice, the decoder only says that the bytes are damaged.</summary>
    [Fact]
    public void Any_change_of_a_batch_is_noticed() => Gen.Select(Gen.Int[0, int.MaxValue - 1], Gen.Bool).ForAll((place, isCut) =>
    {
        var bytes = s_batch.ToArray();
        if (isCut) Array.Resize(ref bytes, place % bytes.Length);
        else bytes[place / 8 % bytes.Length] ^= (byte)(1 << (place % 8));
        Assert.Throws<DamagedException>(() => BatchHeader.Read(bytes));
        if (bytes.Length < Envelope.Length) return;
        Envelope.Seal(bytes);
        try
        {
            BatchHeader.Read(bytes);
            new BatchDecoder("one").Decode(bytes, 0, [], new RecordBatch(), []);
        }
        catch (DamagedException)
        {
            // Declared.
        }
    }, iter: 20_000);

    private static readonly byte[] s_batch = Batch();

    private static Gen<string> Text { get; } = Gen.Char[' ', '\uD7FF'].Array[0, 40].Select(c => new string(c));

    private static Gen<Value> Scalars { get; } = Gen.OneOf(
        Gen.Const(Value.Null), Gen.Bool.Select(v => Value.Of(v)), Gen.Long.Select(v => Value.Of(v)), Gen.ULong.Select(v => Value.Of(v)),
        Gen.Float.Select(v => Value.Of(v)), Gen.Double.Select(v => Value.Of(v)), Text.Select(v => Value.Of(v)));

    private static Gen<Value> Values { get; } =
        Gen.OneOf(Scalars, Scalars.Array[0, 5].Select(v => Value.Of(v)), Scalars.Array[0, 3].Select(v => Value.Of([Value.Of(v)])));

    private static byte[] Batch()
    {
        var encoder = new BatchEncoder();
        var time = new DateTime(2026, 11, 21, 8, 0, 0, 123, DateTimeKind.Utc);
        for (var i = 0; i < 20; i++)
            encoder.Add(new RouteSet("a.csx", ["one"]), time, "press",
                [new() { Tag = new Tag(0, $"t{i}", "press"), Value = i, Time = time }], default);
        var batch = encoder.Complete();
        batch.Stamp(42, TimeSpan.FromSeconds(7));
        return batch.Bytes;
    }
}
