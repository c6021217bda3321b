using PlantRuntime.Contracts;

namespace PlantRuntime.Conformance.Drivers;

public abstract partial class DriverConformance
{
    [SkippableFact]
    public void The_name_is_one_word_in_lower_case()
    {
        Assert.Matches("^[a-z][a-z0-9_-]*$", Plugin.Name);
        Assert.IsType(Plugin.OptionsType, Options);
    }

    [SkippableFact]
    public async Task Opening_and_preparing_need_no_device()
    {
        Skip.If(DeadOptions is null, "this driver has no endpoint that could be dead");
        await using var driver = Open(DeadOptions!);
        Assert.False(string.IsNullOrWhiteSpace(driver.Endpoint));
        Assert.NotNull(driver.Prepare(Tags(Held)));
    }

    [SkippableFact]
    public async Task All_wrong_addresses_are_named_at_once_and_the_good_ones_stay_usable()
    {
        Assert.True(Wrong.Count >= 2 && Held.Count >= 2, "the suite needs two wrong and two right addresses");
        await using var driver = Open(Options);
        var before = driver.Prepare(Tags(Held));
        var wrong = Wrong.Select((w, i) => new TagDefinition($"wrong{i}", w.Address, w.Type)).ToArray();
        var mixed = Tags(Held).Take(1).Concat(wrong).Concat(Tags(Held).Skip(1)).ToArray();

        var problems = Assert.Throws<AddressException>(() => driver.Prepare(mixed)).Problems;

        // An address with two mistakes may be named twice.
        Assert.Equal(wrong, problems.Select(p => p.Tag).Distinct());
        Assert.All(problems, ExpectHelp);
        Assert.All(wrong.Zip(Wrong), pair => ExpectColumn(problems.First(p => p.Tag == pair.First), pair.Second.Column));
        await ConnectAsync(driver);
        await ExpectAsync(before, Held);
        await ExpectAsync(driver.Prepare(Tags(Held)), Held);
    }

    [SkippableFact]
    public async Task No_tags_at_all_can_be_prepared_and_read()
    {
        await using var driver = Open(Options);
        Skip.If(driver is ISubscriber, "a subscriber without tags has no news to wait for");
        var reader = driver.Prepare([]);
        await ConnectAsync(driver);
        await ExpectAsync(reader, []);
    }

    private static void ExpectHelp(AddressProblem problem)
    {
        Assert.False(string.IsNullOrWhiteSpace(problem.Message), $"'{problem.Tag.Address}' is refused without a word");
        // Something missing at the end is shown just behind the last character.
        Assert.InRange(problem.Column, problem.Tag.Type is null ? 1 : 0, problem.Tag.Address.Length + 1);
    }

    private static void ExpectColumn(AddressProblem problem, int? column) =>
        Assert.True(column is null || problem.Column == column, $"column {column} expected: {problem}");
}
