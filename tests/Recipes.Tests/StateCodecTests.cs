using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Tests;

/// <summary>Values, times and timestamps of an operator's state, written and read again.</summary>
public class StateCodecTests
{
    private static readonly PlanClock s_clock = new(new ManualTimeProvider());

    private static readonly Gen<Value> s_scalar = Gen.OneOf(
        Gen.Const(Value.Null), Gen.Bool.Select(Value.Of), Gen.Long.Select(Value.Of), Gen.ULong.Select(Value.Of), Gen.Float.Select(Value.Of),
        Gen.Double.Select(Value.Of), Gen.String.Where(IsUnicode).Select(t => Value.Of(t)));

    private static readonly Gen<Value> s_value =
        Gen.OneOf(s_scalar, s_scalar.Array[0, 4].Select(Value.Of), s_scalar.Array[0, 2].Select(Value.Of).Array[1, 3].Select(Value.Of));

    [Fact]
    public void What_is_written_is_read() =>
        Gen.Select(s_value.List[0, 5], Gen.Date, Gen.Long[-1L << 40, 1L << 40], Gen.Enum<Quality>()).ForAll((values, date, age, quality) =>
        {
            var now = 1L << 41;
            var time = DateTime.SpecifyKind(date, DateTimeKind.Utc);
            using var reader = new StateReader(Write(now, w =>
            {
                w.WriteTime(time);
                w.WriteTimestamp(now - age);
                w.WriteTimestamp(long.MaxValue);
                w.WriteQuality(quality);
                foreach (var value in values) w.WriteValue(value);
            }), s_clock, now + 7);
            Assert.Equal(time, reader.ReadTime());

            // A timestamp is stored as its age in ticks of 100 ns, so the reader's clock counts.
            Assert.InRange(reader.ReadTimestamp() - (now + 7 - age), -s_clock.Ticks(TimeSpan.FromTicks(1)) - 1,
                s_clock.Ticks(TimeSpan.FromTicks(1)) + 1);
            Assert.Equal(long.MaxValue, reader.ReadTimestamp());
            Assert.Equal(quality, reader.ReadQuality());
            Assert.All(values, value => Assert.Equal(value, reader.ReadValue()));
            Assert.Equal(reader.BaseStream.Length, reader.BaseStream.Position);
        });

    [Fact]
    public void Any_bytes_give_a_value_or_one_of_the_declared_exceptions() => Gen.Byte.Array[0, 60].ForAll(bytes =>
    {
        using var reader = new StateReader(bytes, s_clock, now: 0);
        try
        {
            while (reader.BaseStream.Position < bytes.Length) reader.ReadValue();
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
        }
    });

    [Fact]
    public void A_nesting_or_a_count_that_cannot_be_right_is_refused_before_memory_is_taken()
    {
        var nested = Enumerable.Repeat(new byte[] { (byte)ValueKind.Array, 1 }, 200).SelectMany(b => b).ToArray();
        Assert.Throws<InvalidDataException>(() => new StateReader(nested, s_clock, 0).ReadValue());
        byte[] huge = [(byte)ValueKind.Array, 0xFF, 0xFF, 0xFF, 0xFF, 0x07];
        var used = AllocationMeter.ThreadBytes(
            100_000, () => Assert.Throws<InvalidDataException>(() => new StateReader(huge, s_clock, 0).ReadValue()));
        Assert.InRange(used, 0, 100_000);
    }

    [Fact]
    public void A_block_tag_reads_what_it_wrote_and_refuses_what_its_type_cannot_hold() =>
        Gen.Select(Gen.Enum<DataType>(), Gen.Int[0, 7], Gen.OneOf(s_scalar, Gen.Int[-300, 300].Select(i => (Value)i)), Gen.Byte)
            .ForAll((type, bit, value, fill) =>
        {
            var tag = new BlockTag("x", 1, type, type == DataType.Bool ? bit : 0);
            var image = Enumerable.Repeat(fill, 10).ToArray();
            var isPut = tag.TryPut(value, image);
            Assert.Equal((fill, fill), (image[0], image[9]));
            if (!isPut)
            {
                Assert.All(image, b => Assert.Equal(fill, b));
                return;
            }

            var read = tag.ValueIn(image);
            if (type == DataType.Bool)
            {
                Assert.Equal(value.Bool, read.Bool);
                Assert.Equal(fill & ~(1 << bit), image[1] & ~(1 << bit));
            }
            else if (type == DataType.Real) Assert.Equal((float)value.Number, (float)read.Number);
            else if (type == DataType.LReal) Assert.Equal(value.Number, read.Number);
            else Assert.Equal(LosslessConversion.Whole(value), LosslessConversion.Whole(read));
        });

    private static byte[] Write(long now, Action<StateWriter> write)
    {
        using var stream = new MemoryStream();
        using var writer = new StateWriter(stream, s_clock, now);
        write(writer);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>A lone surrogate has no UTF-8 and is written as U+FFFD.</summary>
    private static bool IsUnicode(string text) => !text.Any(char.IsSurrogate);
}
