//! One product, and the thousand that the shop is stocked with. The same thousand every time.

use serde::Serialize;

/// Products in the shop. Numbered from 1, with the stock-keeping unit `SKU-1001` for the first.
pub(crate) const PRODUCT_COUNT: u32 = 1000;
const FIRST_SKU: u32 = 1001;

/// Something the shop sells.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Product {
    pub(crate) id: u32,
    pub(crate) sku: String,
    pub(crate) name: String,
    pub(crate) category: String,
    #[serde(rename = "price", serialize_with = "as_decimal")]
    pub(crate) price_cents: i64,
    pub(crate) currency: &'static str,
    pub(crate) stock: u32,
    pub(crate) rating: f64,
    pub(crate) description: String,
}

/// Writes cents as a decimal number: 2499 as 24.99.
pub(crate) fn as_decimal<S: serde::Serializer>(cents: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(*cents as f64 / 100.0)
}

const MATERIALS: [&str; 25] = [
    "Oak",
    "Walnut",
    "Bamboo",
    "Cedar",
    "Birch",
    "Linen",
    "Cotton",
    "Wool",
    "Felt",
    "Canvas",
    "Copper",
    "Brass",
    "Steel",
    "Enamel",
    "Pewter",
    "Stoneware",
    "Porcelain",
    "Terracotta",
    "Glass",
    "Slate",
    "Leather",
    "Cork",
    "Rattan",
    "Jute",
    "Marble",
];

/// Kind of thing, category, and its price in cents before the material is counted.
const KINDS: [(&str, &str, i64); 40] = [
    ("Teapot", "kitchen", 3400),
    ("Mug", "kitchen", 1200),
    ("Bowl", "kitchen", 1600),
    ("Serving Board", "kitchen", 2800),
    ("Spice Rack", "kitchen", 3900),
    ("Salt Cellar", "kitchen", 1400),
    ("Bread Box", "kitchen", 5200),
    ("Canister", "kitchen", 2100),
    ("Table Lamp", "lighting", 6900),
    ("Lantern", "lighting", 4500),
    ("Pendant Light", "lighting", 8900),
    ("Candle Holder", "lighting", 1900),
    ("Reading Light", "lighting", 5400),
    ("Side Table", "furniture", 14900),
    ("Stool", "furniture", 9900),
    ("Bookshelf", "furniture", 22900),
    ("Bench", "furniture", 18900),
    ("Coat Stand", "furniture", 11900),
    ("Plant Stand", "garden", 4900),
    ("Planter", "garden", 3200),
    ("Watering Can", "garden", 2900),
    ("Bird Feeder", "garden", 2700),
    ("Garden Stool", "garden", 7900),
    ("Trellis", "garden", 5900),
    ("Throw", "textiles", 5900),
    ("Cushion", "textiles", 2900),
    ("Runner", "textiles", 4400),
    ("Apron", "textiles", 3100),
    ("Basket", "storage", 3300),
    ("Storage Box", "storage", 2600),
    ("Wall Hook", "storage", 1100),
    ("Magazine Rack", "storage", 4700),
    ("Desk Tray", "office", 2400),
    ("Pen Holder", "office", 1300),
    ("Notebook Cover", "office", 2200),
    ("Bookend", "office", 1800),
    ("Picture Frame", "decor", 2300),
    ("Mirror", "decor", 7400),
    ("Vase", "decor", 3600),
    ("Wall Clock", "decor", 6200),
];

/// Makes every product, in order of number.
pub(crate) fn assortment() -> Vec<Product> {
    (1..=PRODUCT_COUNT).map(product).collect()
}

fn product(id: u32) -> Product {
    // Each round of 40 kinds moves the material on by 281, which shares no factor with 25: so every pair of
    // kind and material occurs once in 40 * 25 products, and neighbours in the list differ in both.
    let index = (id - 1) as usize;
    let (kind, category, base_price_cents) = KINDS[index % KINDS.len()];
    let material = MATERIALS[(index / KINDS.len() + 7 * index) % MATERIALS.len()];
    let surcharge_cents = (index as i64 * 37 % 20) * 100;
    Product {
        id,
        sku: format!("SKU-{}", FIRST_SKU + id - 1),
        name: format!("{material} {kind}"),
        category: category.to_owned(),
        price_cents: base_price_cents + surcharge_cents - 1,
        currency: "EUR",
        stock: 20 + id * 13 % 180,
        rating: f64::from(30 + id * 17 % 21) / 10.0,
        description: format!(
            "{kind} in {}, made in small batches and finished by hand. Part of our {category} range.",
            material.to_lowercase()
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_thousand_different_products() {
        let products = assortment();
        assert_eq!(products.len(), 1000);
        let names: HashSet<_> = products.iter().map(|product| &product.name).collect();
        assert_eq!(names.len(), 1000);
        assert_eq!(products[233].sku, "SKU-1234");
        assert!(
            products
                .iter()
                .all(|product| product.price_cents > 500 && product.stock > 0)
        );
        assert!(
            products
                .iter()
                .all(|product| (3.0..=5.0).contains(&product.rating))
        );
    }
}
