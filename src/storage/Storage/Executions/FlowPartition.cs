using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Kestra.Storage.Executions;

/// <summary>The partition of a flow and of all its executions. The database computes the same where it has to.</summary>
public static class FlowPartition
{
    public static int Of(ExecutionPlace place, int partitions) => Of(place.TenantId, place.Namespace, place.FlowId, partitions);

    /// <param name="partitions">How many there are; a power of two up to 32,768.</param>
    public static int Of(string tenantId, string @namespace, string flowId, int partitions)
    {
        if (partitions == 1)
        {
            return 0;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{tenantId}/{@namespace}/{flowId}"), hash);
        return BinaryPrimitives.ReadUInt16BigEndian(hash) % partitions;
    }
}
