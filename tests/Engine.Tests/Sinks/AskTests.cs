using PlantRuntime.Conformance;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Sinks;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Engine.Tests.Sinks;

/// <summary>Questions from the queue on disk to a scripted sink, and answers to a recipe that the test plays.</summary>
public sealed class AskTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Answers_come_in_the_order_of_the_questions_however_long_each_takes(int atOnce)
    {
        await using var host = new AskHost();
        var open = 0;
        var most = 0;
        var sink = new AnsweringSink(atOnce)
        {
            OnAsk = async (text, _) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref open));
                for (var i = Random(text); i > 0; i--) await Task.Yield();
                Interlocked.Decrement(ref open);
                return AnsweringSink.Reply(text);
            },
        };
        host.Start(sink);
        host.Ask(200);
        await host.UntilAsync(() => host.Counts is { Delivered: 200, Waiting: 0 });
        Assert.Equal(SinkFixture.Numbers(1, 200), host.Answers);
        Assert.Equal(200, sink.Asked.Count);
        Assert.InRange(most, 1, atOnce);
        Assert.Equal("recipes/a.csx#out", host.Queue.Accounts.Single().Recipe);

        static int Random(string text) => (text.GetHashCode(StringComparison.Ordinal) & 7) * 50;
    }

    [Fact]
    public async Task A_question_is_delivered_only_when_all_that_resulted_from_its_answer_is_stored()
    {
        await using var host = new AskHost { IsHeld = true };
        var sink = new AnsweringSink();
        host.Start(sink);
        host.Ask(2);
        await host.UntilAsync(() => host.Held.Count == 1);
        Assert.Equal((0, 2), (host.Counts.Delivered, host.Counts.Waiting));
        host.Release(isStored: true);
        await host.UntilAsync(() => host.Counts.Delivered == 1 && host.Held.Count == 1);
        Assert.Equal(SinkFixture.Numbers(1, 2), sink.Asked.Select(a => a.Text));
    }

    [Fact]
    public async Task An_answer_that_no_version_of_the_recipe_could_run_is_asked_for_again()
    {
        await using var host = new AskHost { IsHeld = true };
        var sink = new AnsweringSink(atOnce: 2);
        host.Start(sink);
        host.Ask(3);
        await host.UntilAsync(() => host.Held.Count == 2);
        host.Release(isStored: true);
        host.IsHeld = false;
        host.Release(isStored: false);
        await host.UntilAsync(() => host.Counts.Delivered == 3);
        Assert.Equal(["""{"n":1}""", """{"n":2}""", """{"n":2}""", """{"n":3}"""], sink.Asked.Select(a => a.Text).Order());
        Assert.Equal(SinkFixture.Numbers(1, 3), host.Answers);
        Assert.Equal(3, sink.Asked.Select(a => a.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_question_without_an_answer_is_asked_again_after_a_restart_under_the_same_id()
    {
        var folder = new TemporaryFolder();
        (string, RecordId)[] before;
        await using (var host = new AskHost(folder) { IsHeld = true })
        {
            var sink = new AnsweringSink();
            host.Start(sink);
            host.Ask(3);
            await host.UntilAsync(() => host.Held.Count == 1);
            before = [.. sink.Asked];
            host.Remove();
            host.Release(isStored: false);
        }

        await using (var host = new AskHost(folder))
        {
            var sink = new AnsweringSink();
            host.Start(sink);
            await host.UntilAsync(() => host.Counts.Delivered == 3);
            Assert.Equal(SinkFixture.Numbers(1, 3), host.Answers);
            Assert.Equal(before, sink.Asked.Take(1));
        }

        folder.Dispose();
    }

    [Fact]
    public async Task Questions_that_the_sink_rejects_are_dead_letters_and_the_others_go_on()
    {
        await using var host = new AskHost();
        var sink = new AnsweringSink(atOnce: 3)
        {
            OnAsk = (text, _) => text.Contains('3', StringComparison.Ordinal) ? throw new RejectedException("no threes")
                : Task.FromResult(AnsweringSink.Reply(text)),
        };
        host.Start(sink);
        host.Ask(20);
        await host.UntilAsync(() => host.Counts is { DeadLettered: 2, Delivered: 18 });
        Assert.Equal(SinkFixture.Numbers(1, 20).Where(n => !n.Contains('3', StringComparison.Ordinal)), host.Answers);
        var letters = await host.DeadLettersAsync();
        Assert.All(letters, l => Assert.Equal(("recipes/a.csx#out", "no threes", 1), (l.Recipe, l.Reason, l.Tries)));

        // A dead letter that is sent again is asked again.
        sink.OnAsk = null;
        await host.Queue.RetryAsync(store => store.DeadLetters.Page("out"));
        await host.UntilAsync(() => host.Counts.Delivered == 20);
        Assert.Equal(["""{"n":3}""", """{"n":13}"""], host.Answers[^2..]);
    }

    [Fact]
    public async Task A_service_that_fails_for_hours_loses_no_question_and_is_asked_with_growing_pauses()
    {
        await using var host = new AskHost();
        var sink = new AnsweringSink { OnAsk = (_, _) => throw new IOException("answered 503") };
        host.Start(sink);
        host.Ask(10);
        await host.UntilAsync(() => host.Time.GetTimestamp() > TimeSpan.FromHours(3).Ticks && sink.Asked.Count > 6);

        // 5 s until pauses last 30 s.
        Assert.InRange(sink.Asked.Count, 6, 10 + (host.Time.GetTimestamp() / TimeSpan.FromSeconds(30).Ticks));
        Assert.All(sink.Asked, a => Assert.Equal("""{"n":1}""", a.Text));
        Assert.Equal(SinkState.Down, host.Supervisor.State);
        sink.OnAsk = null;
        await host.UntilAsync(() => host.Counts.Delivered == 10);
        Assert.Equal(SinkFixture.Numbers(1, 10), host.Answers);
    }

    [Fact]
    public async Task A_failing_question_does_not_hold_up_the_answers_before_it()
    {
        await using var host = new AskHost();
        var sink = new AnsweringSink(atOnce: 4)
        {
            OnAsk = (text, _) => text.Contains('3', StringComparison.Ordinal) ? throw new IOException("answered 500")
                : Task.FromResult(AnsweringSink.Reply(text)),
        };
        host.Start(sink);
        host.Ask(4);
        await host.UntilAsync(() => host.Counts.Delivered == 2);
        Assert.Equal(SinkFixture.Numbers(1, 2), host.Answers);
        sink.OnAsk = null;
        await host.UntilAsync(() => host.Counts.Delivered == 4);
        Assert.Equal(SinkFixture.Numbers(1, 4), host.Answers);
        Assert.Single(sink.Asked, a => a.Text == """{"n":4}""");
    }

    [Fact]
    public async Task A_question_older_than_its_limit_is_not_asked_any_more()
    {
        await using var host = new AskHost { Limits = new QuestionLimits(TimeSpan.FromMinutes(1), null) };
        var sink = new AnsweringSink { OnAsk = (_, _) => throw new IOException("answered 503") };
        host.Start(sink);
        host.Ask(3);
        await host.WhenAsync(() => sink.Asked.Count == 1);
        await host.UntilAsync(() => host.Counts.DeadLettered == 3);
        var letters = await host.DeadLettersAsync();
        Assert.Equal("no answer within 1min: answered 503", letters[0].Reason);
        Assert.Equal("no answer within 1min", letters[1].Reason);
        Assert.All(sink.Asked, a => Assert.Equal("""{"n":1}""", a.Text));
        Assert.NotEqual(SinkState.Running, host.Supervisor.State);
        sink.OnAsk = null;
        host.Ask(1);
        await host.WhenAsync(() => host.Counts.Delivered == 1);
    }

    [Fact]
    public async Task A_question_is_given_up_after_its_attempts_and_the_next_one_is_asked()
    {
        await using var host = new AskHost { Limits = new QuestionLimits(null, 3) };
        var sink = new AnsweringSink
        {
            OnAsk = (text, _) => text.Contains('1', StringComparison.Ordinal) ? throw new IOException("answered 500")
                : Task.FromResult(AnsweringSink.Reply(text)),
        };
        host.Start(sink);
        host.Ask(2);
        await host.UntilAsync(() => host.Counts is { DeadLettered: 1, Delivered: 1 });
        Assert.Equal(3, sink.Asked.Count(a => a.Text == """{"n":1}"""));
        Assert.Equal("no answer in 3 attempts: answered 500", Assert.Single(await host.DeadLettersAsync()).Reason);
    }

    [Fact]
    public async Task Questions_wait_a_minute_for_a_recipe_that_does_not_run_and_without_limit_while_recipes_start()
    {
        await using var host = new AskHost(isComplete: false);
        host.Remove();
        var sink = new AnsweringSink();
        host.Start(sink);
        host.Ask(2);
        await host.WhenAsync(() => host.Counts.Waiting == 2);
        await host.UntilAsync(() => host.Time.GetTimestamp() > TimeSpan.FromMinutes(10).Ticks);
        Assert.Equal(2, host.Counts.Waiting);
        host.Registry.SetComplete();
        await host.UntilAsync(() => host.Counts.DeadLettered == 2);
        Assert.Empty(sink.Asked);
        Assert.Equal("nobody takes its answer: recipes/a.csx#out does not run; plant queue retry asks again",
            (await host.DeadLettersAsync())[0].Reason);
        host.Add();
        await host.Queue.RetryAsync(store => store.DeadLetters.Page("out"));
        await host.UntilAsync(() => host.Counts.Delivered == 2);
    }

    [Fact]
    public async Task Questions_and_records_of_one_sink_keep_their_order()
    {
        await using var host = new AskHost();
        var sink = new AnsweringSink(atOnce: 2);
        host.Start(sink);
        for (var i = 0; i < 50; i++)
        {
            host.Write("""{"plain":true}""");
            host.Ask(1);
        }

        await host.UntilAsync(() => host.Counts.Waiting == 0 && host.Counts.Delivered == 100);
        Assert.Equal(SinkFixture.Numbers(1, 50), host.Answers);
        Assert.Equal(50, sink.Stored.Count);
    }

    [Fact]
    public async Task A_sink_that_gives_no_answers_any_more_makes_dead_letters()
    {
        await using var host = new AskHost();
        host.Start(new ScriptedSink());
        host.Ask(2);
        await host.UntilAsync(() => host.Counts.DeadLettered == 2);
        Assert.Equal("the sink gives no answers", (await host.DeadLettersAsync())[0].Reason);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_in_time_is_asked_for_again()
    {
        await using var host = new AskHost();
        var sink = new AnsweringSink
        {
            OnAsk = async (text, cancel) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
                return AnsweringSink.Reply(text);
            },
        };
        host.Start(sink);
        host.Ask(1);
        await host.UntilAsync(() => sink.Asked.Count == 2);
        await host.UntilAsync(() => host.Log.All.Any(l => l.Contains("no answer within 10 s", StringComparison.Ordinal)));
        sink.OnAsk = null;
        await host.UntilAsync(() => host.Counts.Delivered == 1);
    }

    [Fact]
    public async Task A_huge_answer_is_a_dead_letter()
    {
        await using var host = new AskHost();
        host.Start(new AnsweringSink { OnAsk = (_, _) => Task.FromResult(new SinkAnswer(200, new byte[(16 << 20) + 1])) });
        host.Ask(1);
        await host.UntilAsync(() => host.Counts.DeadLettered == 1);
        Assert.Equal("the answer is larger than 16 MB", Assert.Single(await host.DeadLettersAsync()).Reason);
    }
}
