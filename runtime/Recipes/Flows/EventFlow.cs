namespace PlantRuntime.Recipes;

/// <summary>What flows of events can do besides.</summary>
public static class EventFlow
{
    extension(Flow<TagEvent> events)
    {
        /// <summary>
        /// Sends each event as <c>{ device, tag, start, end, duration }</c> to these sinks: times ISO 8601 in UTC, the duration in seconds.
        /// </summary>
        public void To(params SinkRef[] sinks) =>
            events.Payload(e => new { device = e.Device, tag = e.Tag, start = e.Start, end = e.End, duration = e.Duration }).To(sinks);
    }
}
