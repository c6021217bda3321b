namespace PlantRuntime.Wire.Tests;

/// <summary>The order of requests after scans that did not receive all replies in time, on a clock that the test moves.</summary>
public class PollingOrderTests
{
    private static readonly TimeSpan s_reply = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_timeout = TimeSpan.FromMilliseconds(1000);

    private readonly Clock _time = new();
    private readonly PollingOrder _order;
    private Named[] _requests = [];

    public PollingOrderTests() => _order = new PollingOrder(_time);

    [Fact]
    public void Requests_that_there_was_no_time_for_come_first_and_the_oldest_of_them_before_the_others()
    {
        Begin("abcdef");
        Assert.Equal("defabc", Scan("abc"));
        Assert.Equal("abcdef", Scan("def"));
        Assert.Equal("efabcd", Scan("abcd"));
        Assert.Equal("cdefab", Scan("efab"));
    }

    [Fact]
    public void A_request_that_was_cut_off_by_the_timeout_is_not_taken_for_an_unanswered_one()
    {
        Begin("abc");
        Assert.Equal("bca", Scan("a", cutOff: 'b'));
        Assert.False(_requests[0].IsUnanswerable);
        Assert.Equal("cab", Scan("b", cutOff: 'c'));
    }

    [Fact]
    public void A_request_without_an_answer_goes_last_and_is_first_ever_more_rarely()
    {
        Begin("abc");
        var firsts = new List<int>();
        for (var scan = 0; scan < 190; scan++)
        {
            var isFirst = _requests[0].Name == 'b';
            if (isFirst) firsts.Add(scan);
            Scan(string.Concat(_requests.TakeWhile(request => request.Name != 'b').Select(request => request.Name)), silent: 'b');
            Assert.Equal(isFirst, _requests.Single(request => request.Name == 'b').IsUnanswerable);
        }

        Assert.Equal([1, 4, 9, 18, 35, 68, 133], firsts);

        // An answer makes it equal to the others again.
        Scan(string.Concat(_requests.Select(request => request.Name)));
        Assert.Equal("abc", string.Concat(_requests.Select(request => request.Name).Order()));
    }

    [Fact]
    public void Every_request_is_sent_within_bounded_time_whatever_the_device_answers()
    {
        const int Seed = 5;
        var random = new Random(Seed);
        Begin("abcdefghij");
        var waits = new Dictionary<char, int>();
        for (var scan = 0; scan < 2000; scan++)
        {
            var answered = string.Concat(_requests.Take(random.Next(5)).Select(request => request.Name));
            var next = _requests[answered.Length].Name;
            Scan(answered, silent: random.Next(2) == 0 ? next : null, cutOff: next);
            foreach (var name in "abcdefghij") waits[name] = waits.GetValueOrDefault(name) + 1;
            foreach (var name in answered + next) waits[name] = 0;
            Assert.True(waits.Values.Max() < 200, $"seed {Seed}, scan {scan}: {string.Join(' ', waits)}");
        }
    }

    private void Begin(string names) => _requests = [.. names.Select(name => new Named(name))];

    // One request at a time: answers these, then sends one more that is silent until the timeout or cut off by it.
    private string Scan(string answered, char? silent = null, char? cutOff = null)
    {
        _order.Begin(_requests);
        var sent = 0;
        foreach (var name in answered)
        {
            _order.Sent(_requests.AsSpan(sent, 1));
            Assert.Equal(name, _requests[sent].Name);
            _time.Advance(s_reply);
            _order.Answered(_requests[sent++]);
        }

        if (sent < _requests.Length && (silent ?? cutOff) is not null)
        {
            _order.Sent(_requests.AsSpan(sent, 1));
            _time.Advance(silent is null ? s_reply / 2 : s_timeout);
        }

        _requests = _order.NextOrder(_requests);
        return string.Concat(_requests.Select(request => request.Name));
    }

    private sealed class Clock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }

    private sealed class Named(char name) : PolledRequest
    {
        public char Name { get; } = name;
    }
}
