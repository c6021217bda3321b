using PlantRuntime.Plugins.Mqtt.Session;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Mqtt.Tests;

/// <summary>Tests the bookkeeping of SUBSCRIBE and SUBACK without a connection.</summary>
public class SubscriptionRequestsTests
{
    private readonly SubscriptionRequests _requests = new(qos: 1, ProtocolVersion.V5);
    private readonly List<TopicSubscription> _all = [new("a", "t0"), new("b", "t1, t2")];

    [Fact]
    public void Each_subscription_is_requested_once()
    {
        Assert.False(_requests.CreatePackets(_all).IsEmpty);
        Assert.True(_requests.CreatePackets(_all).IsEmpty);
        Assert.True(_requests.IsPending);
        Assert.Null(_requests.Apply(SubAck(1, 1, 1)));
        Assert.False(_requests.IsPending);
        _all.Add(new TopicSubscription("c", "t3"));
        Assert.False(_requests.CreatePackets(_all).IsEmpty);
        Assert.Null(_requests.Apply(SubAck(2, 2)));
    }

    [Fact]
    public void A_lower_granted_qos_is_a_warning()
    {
        _requests.CreatePackets(_all);
        Assert.Equal("the broker grants b with QoS 0 instead of QoS 1", _requests.Apply(SubAck(1, 1, 0)));
    }

    [Fact]
    public void A_refused_filter_is_an_error_with_its_tags()
    {
        _requests.CreatePackets(_all);
        var error = Assert.Throws<LinkException>(() => _requests.Apply(SubAck(1, 0, 0x87)));
        Assert.Equal("the broker refuses the subscription to b, needed for t1, t2: not authorized (0x87)", error.Message);
    }

    [Theory]
    [InlineData(9, 2)]
    [InlineData(1, 1)]
    public void A_suback_that_matches_no_request_is_an_error(int id, int codes)
    {
        _requests.CreatePackets(_all);
        var ack = SubAck(id, [.. Enumerable.Repeat((byte)1, codes)]);
        Assert.Equal(
            $"the broker sent SUBACK {id} with {codes} reason codes, which matches no SUBSCRIBE",
            Assert.Throws<LinkException>(() => _requests.Apply(ack)).Message);
    }

    private static SubAckPacket SubAck(int id, params byte[] codes) => new((ushort)id, [.. codes.Select(c => new ReasonCode(c))], "");
}
