using System.Buffers.Binary;
using System.Text;
using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Plugins.Postgres.Copy;

namespace PlantRuntime.Postgres.Tests;

/// <summary>Encodes rows of generated fields and reads them back with a reader that shares nothing with the encoder.</summary>
public sealed class CopyFormatTests
{
    private static readonly Gen<object?> s_field = Gen.OneOf(
        Gen.Const((object?)null),
        Gen.Bool.Select(v => (object?)v),
        Gen.Short.Select(v => (object?)v),
        Gen.Int.Select(v => (object?)v),
        Gen.Long.Select(v => (object?)v),
        Gen.Float.Select(v => (object?)v),
        Gen.Double.Select(v => (object?)v),
        Gen.OneOf("", "a", "°C", "温度", "🏭", "\0", "\"{}\"", new string('x', 5000)).Array[0, 4].Select(v => (object?)string.Concat(v)));

    [Fact]
    public void Any_rows_are_read_back_exactly()
    {
        // One buffer for all cases, as a sink has it: nothing of an earlier batch may remain.
        var buffer = new CopyBuffer();
        s_field.Array[0, 20].Array[0, 10].ForAll(
            rows =>
            {
                buffer.Begin();
                foreach (var row in rows)
                {
                    buffer.Row(row.Length);
                    foreach (var field in row) Write(buffer, field);
                }

                buffer.End();
                AssertHolds(rows, buffer.Written.Span);
            },
            iter: 500);
    }

    private static void Write(CopyBuffer buffer, object? field)
    {
        switch (field)
        {
            case null: buffer.Null(); break;
            case bool value: buffer.Bool(value); break;
            case short value: buffer.Int16(value); break;
            case int value: buffer.Int32(value); break;
            case long value: buffer.Int64(value); break;
            case float value: buffer.Float32(value); break;
            case double value: buffer.Float64(value); break;
            default: buffer.Text((string)field); break;
        }
    }

    private static void AssertHolds(object?[][] rows, ReadOnlySpan<byte> bytes)
    {
        // The signature "PGCOPY\n\xFF\r\n\0", flags and the length of the extension.
        Assert.Equal("5047434F50590AFF0D0A000000000000000000", Convert.ToHexString(bytes[..19]));
        var at = 19;
        foreach (var row in rows)
        {
            Assert.Equal(row.Length, BinaryPrimitives.ReadInt16BigEndian(bytes[at..]));
            at += 2;
            foreach (var field in row)
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(bytes[at..]);
                at += 4;
                Assert.Equal(field, length < 0 ? null : Read(field, bytes.Slice(at, length)));
                at += Math.Max(length, 0);
            }
        }

        Assert.Equal("FFFF", Convert.ToHexString(bytes[at..]));
    }

    // The format has no types: the kind that was written tells how to read, the length is checked by what the reader needs.
    private static object Read(object? written, ReadOnlySpan<byte> field) => (written, field.Length) switch
    {
        (bool, 1) => field[0] == 1,
        (short, 2) => BinaryPrimitives.ReadInt16BigEndian(field),
        (int, 4) => BinaryPrimitives.ReadInt32BigEndian(field),
        (long, 8) => BinaryPrimitives.ReadInt64BigEndian(field),
        (float, 4) => BinaryPrimitives.ReadSingleBigEndian(field),
        (double, 8) => BinaryPrimitives.ReadDoubleBigEndian(field),
        (string, _) => Encoding.UTF8.GetString(field),
        _ => $"{field.Length} bytes",
    };
}
