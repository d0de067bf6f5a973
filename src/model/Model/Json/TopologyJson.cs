using System.Text.Json;
using Kestra.Model.Flows;

namespace Kestra.Model.Json;

/// <summary>Relations of flows (§4.9 of the model).</summary>
internal static class TopologyJson
{
    public static void Write(Utf8JsonWriter writer, FlowTopology topology, JsonProfile profile)
    {
        writer.WriteStartObject();
        Write(writer, "source"u8, topology.Source, profile);
        writer.WriteString("relation"u8, topology.Relation.ToString());
        Write(writer, "destination"u8, topology.Destination, profile);
        writer.WriteEndObject();
    }

    public static FlowTopology Read(JsonElement element) => new(
        ReadNode(element.GetProperty("source"u8)),
        Enum.Parse<FlowRelation>(ExecutionJson.Required(element, "relation"u8)),
        ReadNode(element.GetProperty("destination"u8)));

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, FlowTopologyNode node, JsonProfile profile)
    {
        writer.WriteStartObject(name);
        writer.WriteString("uid"u8, node.Uid);
        if (profile != JsonProfile.Api)
        {
            writer.WriteString("tenantId"u8, node.TenantId);
        }

        writer.WriteString("namespace"u8, node.Namespace);
        writer.WriteString("id"u8, node.Id);
        writer.WriteEndObject();
    }

    private static FlowTopologyNode ReadNode(JsonElement element) => new(
        ExecutionJson.Required(element, "uid"u8),
        ExecutionJson.Text(element, "tenantId"u8) ?? Tenants.Default,
        ExecutionJson.Required(element, "namespace"u8),
        ExecutionJson.Required(element, "id"u8));
}
