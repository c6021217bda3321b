using System.Text;
using System.Text.Json;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Tests;

/// <summary>Declarations of a recipe with <c>Ask</c>, and the use of answers.</summary>
public sealed class AskTests
{
    [Fact]
    public void An_answer_goes_on_as_a_payload_with_time_and_device_of_the_request()
    {
        var fixture = new PlanFixture(p => p.Line.Scans.Payload(s => new { speed = s["speed"] }).Ask(p.Sink)
            .Where(a => a.IsSuccess)
            .Payload(a => new { asked = a.Request.GetProperty("speed").GetDouble(), level = a.Json.GetProperty("level") })
            .To(p.Sink));
        Assert.Equal(["""{"speed":12.5}"""], fixture.Scan(12.5).Take());
        Assert.True(fixture.Plan.TryPush("out", Answer("""{"speed":12.5}""", """{"level":"high"}""")));
        Assert.True(fixture.Plan.TryPush("out", Answer("""{"speed":13}""", """{"level":"low"}""", status: 404)));
        Assert.False(fixture.Plan.TryPush("other", Answer("{}", "{}")));
        Assert.Equal(["""{"asked":12.5,"level":"high"}"""], fixture.Take());
        Assert.Empty(fixture.Problems);
        Assert.Equal(("out", "out"), (fixture.Plan.Routes[0].Question, fixture.Plan.Questions[0].Sink));
        Assert.Null(fixture.Plan.Routes[1].Question);
    }

    [Fact]
    public void Mistakes_are_errors_of_the_recipe()
    {
        var fixture = new PlanFixture(p =>
        {
            var payloads = p.Line.Scans.Payload(s => new { speed = s["speed"] });
            payloads.Ask(p.Sink, maxAge: TimeSpan.Zero).Payload(a => new { a.Status }).To(p.Sink);
            payloads.Ask(p.Sink, attempts: 0).Payload(a => new { a.Status }).To(p.Sink);
            payloads.Ask(p.Sink, name: "two words").Payload(a => new { a.Status }).To(p.Sink);
            payloads.Ask(p.Sink, name: "unused");
        });
        Assert.Equal(
            [
                "maxAge is greater than zero, for instance maxAge: 1.Minutes",
                "attempts is at least 1",
                "this recipe has another Ask named out: give each a name, as in Ask(Sinks.out, name: \"second\")",
                "a name has letters, digits, _ and -, and \"two words\" has others",
                "nothing uses these answers: end them with .To(Sinks…), or send with To",
            ],
            fixture.Problems);
        Assert.Equal([false, false, false, false, true], fixture.Builder.Problems.Select(p => p.IsWarning));
    }

    [Theory]
    [InlineData("", "the answer with status 200 is empty")]
    [InlineData("<html>", "the answer with status 200 is not JSON ('<' is an invalid start of a value. LineNumber: 0 | BytePositionInLine: 0.): <html>")]
    [InlineData("{\"a\":1} x", "the answer with status 200 is not JSON (")]
    public void An_answer_that_is_not_json_says_so(string body, string message)
    {
        var answer = Answer("{}", body);
        Assert.False(answer.IsJson);
        Assert.Equal(body, answer.Text);
        var exception = Assert.Throws<AnswerFormatException>(() => answer.Json);
        Assert.StartsWith(message, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null", JsonValueKind.Null)]
    [InlineData("[1,2]", JsonValueKind.Array)]
    [InlineData(" 4.5\n", JsonValueKind.Number)]
    public void An_answer_may_be_any_json(string body, JsonValueKind kind)
    {
        var answer = Answer("{}", body);
        Assert.True(answer.IsJson);
        Assert.Equal(kind, answer.Json.ValueKind);
    }

    [Fact]
    public void A_nested_answer_beyond_all_measure_is_no_json()
    {
        var answer = Answer("{}", new string('[', 100_000));
        Assert.False(answer.IsJson);
        var exception = Assert.Throws<AnswerFormatException>(() => answer.Json);
        Assert.Contains("maximum configured depth", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_sinks_that_are_not_asked_hold_up_answers()
    {
        var fixture = new PlanFixture(p =>
        {
            p.Line.Scans.Payload(s => new { speed = s["speed"] }).Ask(p.Sink).Payload(a => new { a.Status }).To(new SinkRef("store"));
            p.Line.Scans.To(p.Sink);
        });
        var (asked, store, plain) = (new Blockable(), new Blockable(), new Blockable());
        (fixture.Plan.Routes[0].Output, fixture.Plan.Routes[1].Output, fixture.Plan.Routes[2].Output) = (asked, store, plain);
        Assert.Equal((false, false), (fixture.Plan.IsBlocked, fixture.Plan.IsBlockedForAnswers));
        asked.IsBlocked = plain.IsBlocked = true;
        Assert.Equal((true, false), (fixture.Plan.IsBlocked, fixture.Plan.IsBlockedForAnswers));
        store.IsBlocked = true;
        Assert.Equal((true, true), (fixture.Plan.IsBlocked, fixture.Plan.IsBlockedForAnswers));
    }

    private static Answer Answer(string request, string body, int status = 200) =>
        new(DateTime.UnixEpoch, "line", Encoding.UTF8.GetBytes(request), status, Encoding.UTF8.GetBytes(body));

    private sealed class Blockable : IRecordOutput
    {
        public bool IsBlocked { get; set; }

        public void WhenStored(Action done) => done();

        public void Write(DateTime time, string device, ReadOnlySpan<Contracts.Sample> samples)
        {
        }

        public void Write(DateTime time, string device, ReadOnlySpan<byte> json)
        {
        }
    }
}
