using PlantRuntime.Engine.RecipeHost.State;
using PlantRuntime.Recipes.State;
using PlantRuntime.Storage;

namespace PlantRuntime.Engine.Tests.RecipeHost;

public class StateFileTests
{
    private static readonly DateTime s_noon = new(2025, 12, 31, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void What_was_written_is_read_and_nothing_else_is()
    {
        var place = new OperatorPath(null, "line").Append("Only", ["speed"]).Append("Deadband", ["speed"], 0.5);
        OperatorState[] operators = [new(place, [1, 2, 3]), new(place with { Operator = "OnChange" }, [])];
        var bytes = StateFile.Encode(s_noon, operators);
        var (time, read) = StateFile.Decode(bytes);
        Assert.Equal(s_noon, time);
        Assert.Equal(operators.Select(o => (o.Path, Convert.ToHexString(o.Bytes))),
            read.Select(o => (o.Path, Convert.ToHexString(o.Bytes))));
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<DamagedException>(() => StateFile.Decode(bytes.AsSpan(0, length)));
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] flipped = [.. bytes];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<DamagedException>(() => StateFile.Decode(flipped));
        }
    }
}
