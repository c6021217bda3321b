using System.Text;
using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Tests;

public class FoldTests
{
    private enum Phase
    {
        Idle,
        Filling,
    }

    [Fact]
    public void Each_scan_gives_the_next_state()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Fold(0L, (sum, scan) => sum + scan["speed"].Int).Where(sum => sum > 1)
            .Payload(sum => new { sum }).To(b.Sink));
        Assert.Equal(["""{"sum":3}""", """{"sum":6}"""], fixture.Scan(1).Scan(2).Scan(3).Take());
    }

    [Fact]
    public void The_state_is_carried_over_and_a_changed_one_begins_anew()
    {
        var fixture = new PlanFixture(b => Batches(b)).Scan(1, running: false).Scan(2).Scan(3);
        var next = fixture.Reload(b => Batches(b));
        Assert.Equal("carried=1", next.Carried);
        next.Scan(4, running: false);
        Assert.Equal(["""{"Number":2,"Pieces":0,"Phase":"Idle","Recent":[1,2,3,4]}"""], next.Take());
        Assert.Contains("its arguments changed", fixture.Reload(b =>
            b.Line.Scans.Fold(new Batch(1, 0, Phase.Idle, []), (batch, scan) => batch).Payload(batch => new { batch.Number }).To(b.Sink))
            .Carried, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_that_can_be_a_state_is_read_as_it_was_written()
    {
        var everything = new Everything
        {
            Flag = true, Number = -5, Big = 18446744073709551615UL, Single = 0.1f, Double = double.NaN, Exact = 1.10m, Text = "é",
            Letter = 'x', Time = s_noon, Offset = new DateTimeOffset(2026, 1, 1, 2, 0, 0, 2.Hours), Span = 5.Minutes,
            Id = Guid.Parse("6f9619ff-8b86-d011-b42d-00cf4fc964ff"),
            Value = Value.Of([1, "two"]), Phase = Phase.Filling, Maybe = 7, Items = [1, 2], List = ["a", null], Queue = new([true, false]),
            Set = ["x"], Map = new() { ["a"] = (Phase.Filling, 2.5) }, Pair = (1, "b"),
        };
        Everything? seen = null;
        Action<PlanFixture> recipe = b => b.Line.Scans.Fold(everything, (state, scan) =>
        {
            seen = state;
            return state;
        }).Payload(state => new { state.Number }).To(b.Sink);
        var fixture = new PlanFixture(recipe).Scan(1);
        var copied = seen!;
        Assert.NotSame(everything, copied);
        fixture.Reload(recipe).Scan(1);
        Assert.NotSame(copied, seen);
        foreach (var state in new[] { copied, seen! })
        {
            foreach (var field in typeof(Everything).GetProperties()) Assert.Equal(field.GetValue(everything), field.GetValue(state));
        }
    }

    [Fact]
    public void A_lambda_that_throws_loses_its_scan_and_keeps_the_state()
    {
        var fixture =
            new PlanFixture(b => b.Line.Scans.Fold(10, (n, scan) => n / (int)scan["speed"].Int).Payload(n => new { n }).To(b.Sink));
        Assert.Equal(["""{"n":5}""", """{"n":5}"""], fixture.Scan(2).Scan(0).Scan(1).Take());
        Assert.IsType<DivideByZeroException>(Assert.Single(fixture.Faults));
    }

    [Fact]
    public void Merged_devices_have_states_of_their_own_also_if_a_state_is_changed_in_place()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Merge(b.Tank.Scans).Fold(new List<double>(), (temps, scan) =>
        {
            temps.Add(scan["temp"].Number);
            return temps;
        }).Payload(temps => new { temps }).To(b.Sink));
        Assert.Equal(
            ["""{"temps":[20]}""", """{"temps":[8]}""", """{"temps":[20,21]}"""],
            fixture.Scan(1).Push("tank", 5, 8.0).Scan(1, 21.0).Take());
    }

    [Fact]
    public void What_cannot_be_stored_is_an_error_of_the_plan()
    {
        var fixture = new PlanFixture(b =>
        {
            Fold(b, new StringBuilder());
            Fold(b, new Holder(new object()));
            Fold(b, new Chain([]));
            Fold(b, new Holder<Scan?>(null));
            Fold(b, new Dictionary<Batch, int>());
            Fold(b, new Holder<Base>(new Base(1)));
            Fold(b, new Holder<Func<int>>(() => 1));
            Fold(b, new Holder<IEnumerable<int>>([]));
        });
        const string Allowed = "use records of numbers, bool, text, times, Value, enums, and arrays, List, Queue, HashSet or Dictionary of these";
        Assert.Equal(
            [
                $"Fold cannot store StringBuilder: {Allowed}",
                $"Fold cannot store Object (Content): {Allowed}",
                "Fold cannot store Chain (Next): it contains itself",
                "Fold cannot store Scan (Content): it is reused for the next one; copy its values",
                "Fold cannot store Dictionary of Batch: use keys that are text or numbers",
                "Fold cannot store Base (Content): Derived is derived from it, and only the type itself is stored",
                $"Fold cannot store Func (Content): {Allowed}",
                $"Fold cannot store IEnumerable (Content): {Allowed}",
            ],
            fixture.Problems);

        static void Fold<T>(PlanFixture b, T seed) =>
            b.Line.Scans.Fold(seed, (state, _) => state).Payload(_ => new { }).To(b.Sink);
    }

    private static readonly DateTime s_noon = new(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc);

    private static void Batches(PlanFixture b) => b.Line.Scans
        .Fold(new Batch(0, 0, Phase.Idle, []), (batch, scan) => scan["running"].Bool
            ? batch with { Pieces = batch.Pieces + 1, Phase = Phase.Filling, Recent = [.. batch.Recent, scan["speed"].Int] }
            : new Batch(batch.Number + 1, 0, Phase.Idle, [.. batch.Recent, scan["speed"].Int]))
        .Where(batch => batch.Phase == Phase.Idle && batch.Number > 1)
        .Payload(batch => batch).To(b.Sink);

    private sealed record Batch(int Number, int Pieces, Phase Phase, long[] Recent);

    private sealed record Holder(object Content);

    private sealed record Holder<T>(T Content);

    private sealed record Chain(Chain[] Next);

    private record Base(int Number);

    private sealed record Derived(int Number) : Base(Number);

    private sealed class Everything
    {
        public bool Flag { get; init; }

        public int Number { get; init; }

        public ulong Big { get; init; }

        public float Single { get; init; }

        public double Double { get; init; }

        public decimal Exact { get; init; }

        public string? Text { get; init; }

        public char Letter { get; init; }

        public DateTime Time { get; init; }

        public DateTimeOffset Offset { get; init; }

        public TimeSpan Span { get; init; }

        public Guid Id { get; init; }

        public Value Value { get; init; }

        public Phase Phase { get; init; }

        public int? Maybe { get; init; }

        public int[] Items { get; init; } = [];

        public List<string?> List { get; init; } = [];

        public Queue<bool> Queue { get; init; } = [];

        public HashSet<string> Set { get; init; } = [];

        public Dictionary<string, (Phase, double)> Map { get; init; } = [];

        public (int, string) Pair { get; init; }
    }
}
