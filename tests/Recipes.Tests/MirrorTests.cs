using PlantRuntime.Recipes.Blocks;

namespace PlantRuntime.Recipes.Tests;

public class MirrorTests
{
    [Fact]
    public void A_mirror_is_what_the_recipe_says_and_equal_when_it_says_the_same()
    {
        var (once, again, other) = (State(100), State(100), State(20));
        Assert.Equal(new Mirror("line", "DB500", "tank", "DB7", 14, 100.Milliseconds, 100.Milliseconds, true, 15), once);
        Assert.Equal(once, again);
        Assert.NotEqual(once, other);
        Assert.Equal((50.Milliseconds, 16), (other.MaxAge, other.TargetBytes));

        static Mirror State(int milliseconds) => Assert.Single(new PlanFixture(b =>
            b.Line.Block("DB500", bytes: 14)
                .MirrorTo(b.Tank.Block("DB7"), every: milliseconds.Milliseconds, changedOnly: true, watchdog: 15)).Mirrors);
    }

    [Fact]
    public void Every_mistake_is_reported_at_once_with_the_address_at_fault()
    {
        var fixture = new PlanFixture(b =>
        {
            b.Line.Block("DB1").MirrorTo(b.Tank.Block("DB2"), every: 1.Seconds);
            b.Line.Block("DB1", bytes: 14).MirrorTo(b.Tank.Block("DB2", bytes: 12), every: 1.Seconds);
            b.Tank.Block("DB3", bytes: 14).MirrorTo(b.Line.Block("DB4"), every: 1.Seconds);
            b.Tank.Block("DB5", bytes: 14).MirrorTo(b.Tank.Block("DB6"), every: 1.Seconds);
            b.Line.Block("X1", bytes: 14).MirrorTo(b.Tank.Block("X2"), every: TimeSpan.Zero, watchdog: 13, maxAge: TimeSpan.Zero);
            b.Line.Block("DB7", bytes: 1).MirrorTo(b.Tank.Block("DB2"), every: 1.Seconds);
        });
        Assert.Equal(
            [
                ("a mirror needs the length of the block, for instance Block(\"DB1\", bytes: 14)", "DB1"),
                ("a mirror copies all bytes: line DB1 has 14, tank DB2 has 12", "DB2"),
                ("line may not be written", "DB4"),
                ("a mirror goes from one device to another, not from tank to itself", "DB6"),
                ("a mirror copies at most every millisecond, for instance every 100.Milliseconds, not every 00:00:00", null),
                ("maxAge is at least a millisecond, not 00:00:00", null),
                ("the watchdog is outside the bytes that are copied, at 14 or beyond, not at 13", null),
                ("line: bad address of 14 bytes", "X1"),
                ("tank: bad address of 14 bytes", "X2"),
                ("another mirror already copies to tank DB2", "DB2"),
            ],
            fixture.Builder.Problems.Select(p => (p.Message, p.Word)));
    }
}
