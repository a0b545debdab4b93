using System;

namespace Example.Billing
{
    /// <summary>Money with a currency.</summary>
    [Serializable]
    public class Invoice : IDocument
    {
        private decimal total;

        public string Number { get; set; }

        public Invoice(string number)
        {
            Number = number;
        }

        /// <summary>Adds a line.</summary>
        [Obsolete("use AddLine")]
        public void Add(decimal amount)
        {
            if (amount < 0) throw new ArgumentException();
            total += amount;
        }
    }

    public interface IDocument
    {
        string Number { get; }
    }

    public struct Line { public decimal Amount; }

    public enum Status { Open, Paid }

    public record Customer(string Name);
}
