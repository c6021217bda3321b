using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes;

/// <summary>A flow of payloads, which can be sent to sinks. Immutable; used while the recipe's top level runs.</summary>
public sealed class PayloadFlow
{
    private readonly PlanBuilder _plan;
    private readonly Action<Route> _add;

    internal PayloadFlow(PlanBuilder plan, Action<Route> add)
    {
        _plan = plan;
        _add = add;
    }

    /// <summary>Sends each payload to these sinks.</summary>
    public void To(params SinkRef[] sinks) => _add(_plan.AddRoute(sinks));

    /// <summary>
    /// Sends each payload to a sink that answers, such as http, and returns the answers as a flow, in the order of the payloads. The
    /// payloads wait on disk; one whose answer was not processed and stored is sent again, also after a restart.
    /// </summary>
    /// <param name="sink">The sink.</param>
    /// <param name="maxAge">
    /// A payload older than this is not sent any more and becomes a dead letter. Default: <c>max_age</c> of the queue, at which it expires.
    /// </param>
    /// <param name="attempts">Number of failed attempts after which a payload becomes a dead letter. Default: no limit.</param>
    /// <param name="name">
    /// Name of this question in the counters of the queue, needed when a recipe asks one sink in several places. An edited recipe gets the
    /// answers to payloads that it sent before under the same name. Default: the name of the sink.
    /// </param>
    public Flow<Answer> Ask(SinkRef sink, TimeSpan? maxAge = null, int? attempts = null, string? name = null)
    {
        var answers = new Flow<Answer>(_plan, answer => (answer.Time, answer.Device));
        _add(_plan.AddQuestion(sink, name ?? sink.Name, new QuestionLimits(maxAge, attempts), answers));
        return answers;
    }
}

/// <summary>Additional operators for flows of events.</summary>
public static class EventFlow
{
    extension(Flow<TagEvent> events)
    {
        /// <summary>
        /// Sends each event as <c>{ device, tag, start, end, duration }</c> to these sinks: times ISO 8601 in UTC, the duration in seconds.
        /// With <c>Events(reportStart: true)</c>, <c>event_id</c> and <c>previous_id</c> come first, and <c>end</c> and <c>duration</c> are
        /// null at the start.
        /// </summary>
        public void To(params SinkRef[] sinks) => events.Payload<object>(e => e.Id is null
            ? new { device = e.Device, tag = e.Tag, start = e.Start, end = e.End, duration = e.Duration }
            : new
            {
                event_id = e.Id,
                previous_id = e.PreviousId,
                device = e.Device,
                tag = e.Tag,
                start = e.Start,
                end = e.IsOpen ? null : (DateTime?)e.End,
                duration = e.IsOpen ? null : (TimeSpan?)e.Duration,
            }).To(sinks);
    }
}
