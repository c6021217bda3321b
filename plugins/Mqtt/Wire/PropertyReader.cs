using System.Text;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// Reads the properties of a packet in turn (MQTT 5.0, section 2.2.2): a length, then an identifier and a value each. One that does not
/// belong into the packet or comes twice is an error, but for those that may.
/// </summary>
internal ref struct PropertyReader
{
    private static readonly ulong s_repeatable = Bit(PropertyId.UserProperty) | Bit(PropertyId.SubscriptionIdentifier);

    private readonly ulong _allowed;
    private PacketReader _part;
    private ReadOnlySpan<byte> _text;
    private ulong _seen;

    /// <param name="packet">Stands at the properties, and behind them afterwards.</param>
    /// <param name="allowed">Those that may occur in the packet.</param>
    public PropertyReader(ref PacketReader packet, params ReadOnlySpan<PropertyId> allowed)
    {
        foreach (var id in allowed) _allowed |= Bit(id);
        _part = packet.Part(packet.Variable());
    }

    /// <summary>What a property of numbers holds.</summary>
    public uint Number { get; private set; }

    /// <summary>What a property of text holds.</summary>
    public readonly string Text => Encoding.UTF8.GetString(_text);

    /// <summary>The next property; false when there is none.</summary>
    public bool Next(out PropertyId id)
    {
        id = default;
        if (_part.AtEnd) return false;
        id = (PropertyId)_part.Byte();
        if ((byte)id > 0x2A || (_allowed & Bit(id)) == 0)
            throw _part.Bad($"a packet with property 0x{(byte)id:X2}, which does not belong there");
        if ((_seen & Bit(id) & ~s_repeatable) != 0) throw _part.Bad($"a packet with property 0x{(byte)id:X2} twice");
        _seen |= Bit(id);
        ReadValue(id);
        return true;
    }

    private static ulong Bit(PropertyId id) => 1UL << (byte)id;

    private void ReadValue(PropertyId id)
    {
        switch (id)
        {
            case PropertyId.SessionExpiryInterval or PropertyId.MaximumPacketSize or PropertyId.MessageExpiryInterval:
                Number = _part.UInt32();
                break;
            case PropertyId.ServerKeepAlive or PropertyId.ReceiveMaximum or PropertyId.TopicAliasMaximum or PropertyId.TopicAlias:
                Number = _part.UInt16();
                break;
            case PropertyId.SubscriptionIdentifier:
                Number = (uint)_part.Variable();
                break;
            case PropertyId.AuthenticationData or PropertyId.CorrelationData:
                _part.Binary();
                break;
            case PropertyId.UserProperty:
                _part.Text();
                _part.Text();
                break;
            case PropertyId.MaximumQoS or PropertyId.RetainAvailable or PropertyId.WildcardSubscriptionAvailable
                or PropertyId.SubscriptionIdentifierAvailable or PropertyId.SharedSubscriptionAvailable
                or PropertyId.PayloadFormatIndicator:
                Number = _part.Byte();
                if (Number > 1) throw _part.Bad($"a packet whose property 0x{(byte)id:X2} is {Number}, expected 0 or 1");
                break;
            default:
                _text = _part.Text();
                break;
        }

        if (Number == 0 && id is PropertyId.ReceiveMaximum or PropertyId.MaximumPacketSize or PropertyId.SubscriptionIdentifier)
            throw _part.Bad($"a packet whose property 0x{(byte)id:X2} is 0");
    }
}
