using CsCheck;
using PlantRuntime.Conformance;

namespace PlantRuntime.Recipes.Tests;

public class PropertyTests
{
    [Fact]
    public void Two_runs_of_a_property_get_the_same_values_and_no_two_values_are_equal()
    {
        List<(ulong, string)> Values()
        {
            var values = new List<(ulong, string)>();
            Gen.Select(Gen.ULong, Gen.String).ForAll((number, text) => values.Add((number, text)), iter: 50);
            return values;
        }

        var first = Values();
        Assert.Equal(50, first.Count);
        Assert.Equal(first, Values());
        Assert.Equal(50, first.Select(v => v.Item1).Distinct().Count());
    }

    [Fact]
    public void A_failure_names_the_seed_and_a_small_value()
    {
        var failure = Assert.ThrowsAny<Exception>(() => Gen.Int[0, 1_000_000].ForAll(number => number < 1000, iter: 1000));
        Assert.Contains("PROPERTY_SEED=", failure.Message, StringComparison.Ordinal);
    }
}
